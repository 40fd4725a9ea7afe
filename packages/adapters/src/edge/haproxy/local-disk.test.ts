import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FencedFiles } from './edge-disk.ts'
import { localDisk } from './local-disk.ts'

describe('the files of an edge on this machine', () => {
  let root: string
  let folder: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'towpath-disk-'))
    folder = join(root, 'edge')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const wish = (fence: number): FencedFiles => ({
    kept: [['private.token', `secret of ${fence}\n`]],
    files: [['api.map', `map of ${fence}\n`]],
    fenced: ['haproxy.cfg', `# fence: ${fence}\nfile of ${fence}\n`],
    fence,
  })
  const write = (fence: number) => localDisk(root).replaceFenced(folder, wish(fence))
  const held = (name: string): string => readFileSync(join(folder, name), 'utf8')

  it('are written for their owner alone, and what was there before is told', async () => {
    expect(await write(7)).toEqual({ before: null, isOurs: true })
    expect(await write(8)).toEqual({ before: '# fence: 7\nfile of 7\n', isOurs: true })
    expect([held('api.map'), held('private.token')]).toEqual(['map of 8\n', 'secret of 7\n'])
    expect(readdirSync(folder).toSorted()).toEqual(['api.map', 'haproxy.cfg', 'private.token'])
    for (const name of ['', 'private.token', 'haproxy.cfg'])
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0)
  })

  it('are not written by an older controller, its maps no more than its file', async () => {
    await write(7)
    expect(await write(6)).toEqual({ before: '# fence: 7\nfile of 7\n', isOurs: false })
    expect([held('api.map'), held('haproxy.cfg')]).toEqual(['map of 7\n', '# fence: 7\nfile of 7\n'])
  })

  it('leave nothing half done where one cannot be written', async () => {
    await write(7)
    const late = { ...wish(8), files: [['no-such-folder/api.map', 'x'] as const] }
    await expect(localDisk(root).replaceFenced(folder, late)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(held('haproxy.cfg')).toBe('# fence: 7\nfile of 7\n')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})
