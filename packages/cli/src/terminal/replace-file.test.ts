import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceFile } from './replace-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-replace-'))
})
afterEach(async () => await rm(folder, { recursive: true }))

test('a file is replaced whole, with nothing left beside it', async () => {
  const place = join(folder, 'deep', 'file')
  await replaceFile(place, 'one', { mode: 0o600 })
  await replaceFile(place, 'two', { mode: 0o600 })
  expect(await readFile(place, 'utf8')).toBe('two')
  expect(await readdir(join(folder, 'deep'))).toEqual(['file'])
  expect((await stat(place)).mode & 0o777).toBe(0o600)
})

test('many at once leave what one of them wrote', async () => {
  const place = join(folder, 'file')
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000))
  await Promise.all(texts.map((text) => replaceFile(place, text)))
  expect(texts).toContain(await readFile(place, 'utf8'))
  expect(await readdir(folder)).toEqual(['file'])
})

test('where it cannot be put in place, what was there stays and no draft is left', async () => {
  await replaceFile(join(folder, 'taken', 'inside'), 'kept')
  await expect(replaceFile(join(folder, 'taken'), 'new')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
  expect(await readdir(folder)).toEqual(['taken'])
  expect(await readFile(join(folder, 'taken', 'inside'), 'utf8')).toBe('kept')
})
