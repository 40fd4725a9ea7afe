import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { repositoryLockfiles } from './repository-lockfiles.ts'

let top: string
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'towpath-top-'))
  for (const path of ['Cargo.lock', 'web/yarn.lock', 'tests/fixtures/go.mod', 'node_modules/a/yarn.lock']) {
    await mkdir(dirname(join(top, path)), { recursive: true })
    await writeFile(join(top, path), '')
  }
})
afterEach(() => rm(top, { recursive: true }))

test('an audit below the top of a repository says which lockfiles the whole has, by their paths from there', async () => {
  await mkdir(join(top, '.git'))
  expect(repositoryLockfiles(join(top, 'web'), ['yarn.lock', '/elsewhere/go.mod'])).toEqual({
    all: ['Cargo.lock', 'web/yarn.lock'],
    audited: ['web/yarn.lock'],
  })
  // What was named is known, also where it is there for tests alone.
  expect(repositoryLockfiles(top, ['tests/fixtures/go.mod'])?.all).toContain('tests/fixtures/go.mod')
})

test('outside of a repository nobody knows what the whole is', () => {
  expect(repositoryLockfiles(top, ['Cargo.lock'])).toBeNull()
})
