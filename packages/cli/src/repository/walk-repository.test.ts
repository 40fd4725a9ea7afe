import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lastCommitAt, remotesOf } from './last-commit.ts'
import { walkLimits, walkRepository } from './walk-repository.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-walk-'))
})
afterEach(() => rm(folder, { recursive: true }))

const write = async (path: string, text = 'x\n'): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

test('reads what it understands, and nothing that tools made', async () => {
  for (const path of [
    'compose.yaml',
    'api/Dockerfile',
    'api/src/a.rs',
    'logo.png',
    'node_modules/a/Dockerfile',
    'target/a.rs',
    '.git/config',
    'a/.next/b.js',
  ])
    await write(path)
  expect([...walkRepository(folder).texts.keys()].toSorted()).toEqual([
    'api/Dockerfile',
    'api/src/a.rs',
    'compose.yaml',
  ])
})

test('follows no links, in or out', async () => {
  await symlink('/etc', join(folder, 'etc'))
  await symlink('.', join(folder, 'loop'))
  await symlink('/etc/hostname', join(folder, 'Dockerfile'))
  expect(walkRepository(folder)).toEqual({ texts: new Map(), left: [] })
})

test.each([
  ['files', { files: 2 }, 'only 2 files were read'],
  ['bytes', { bytes: 5 }, 'only 2 files were read'],
  ['the size of one', { fileBytes: 1 }, 'was not read: it has more than'],
  ['names', { entries: 2 }, 'only 2 names were looked at'],
  ['depth', { depth: 0 }, 'lies too deep'],
])('stops at the limit of %s, and says so', async (_what, limits, says) => {
  for (const path of ['a/Dockerfile', 'b/Dockerfile', 'c/Dockerfile']) await write(path)
  expect(walkRepository(folder, { ...walkLimits, ...limits }).left.join('\n')).toContain(says)
})

test('reads configuration before sources, so that a limit leaves sources out', async () => {
  await write('a.rs')
  await write('z/Dockerfile')
  expect([...walkRepository(folder, { ...walkLimits, files: 1 }).texts.keys()]).toEqual(['z/Dockerfile'])
})

test('takes no file that is no text', async () => {
  await write('Dockerfile', 'FROM a\u0000')
  expect(walkRepository(folder).texts.size).toBe(0)
})

test('knows the last commit and the remotes without git', async () => {
  expect([lastCommitAt(folder), remotesOf(folder)]).toEqual([null, []])
  await write(
    '.git/logs/HEAD',
    `0 1 A B <a@b> 1700000000 +0000\tcommit: a\n1 2 A <a@b> 1700000060 -0730\tcommit: > 1 +0000\n`,
  )
  await write('.git/config', '[remote "origin"]\n\turl = https://github.com/acme/app.git\n')
  expect(lastCommitAt(folder)).toEqual(new Date(1_700_000_060_000))
  expect(remotesOf(folder)).toEqual(['https://github.com/acme/app.git'])
  await write('.git/logs/HEAD', 'nonsense\n')
  expect(lastCommitAt(folder)).toBeNull()
})
