import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder } from '../audit/testing/audit-folder.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
  git('init', '--quiet')
  await commit('a.txt', 'hello\n')
})
afterEach(() => at.close())

const git = (...args: string[]): string =>
  execFileSync(
    'git',
    ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgSign=false', ...args],
    {
      cwd: at.path,
      encoding: 'utf8',
    },
  ).trim()

async function commit(file: string, text: string): Promise<string> {
  await at.put(file, text)
  git('add', file)
  git('commit', '--quiet', '--message', file)
  return git('rev-parse', 'HEAD')
}

/** Put together here, so that no scanner takes this file for the leak it speaks of. */
const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_')

describe('towpath secrets scan', () => {
  test('finds a secret that a later commit took away again, and shows it nowhere', async () => {
    await commit('config.txt', `# first\ntoken = ${token}\n`)
    await commit('config.txt', '# first\n')
    const { exit, out, err } = await at.run(['secrets', 'scan'])
    expect([exit, out]).toEqual([1, expect.stringContaining('config.txt:2')])
    expect(`${out}${err}`).not.toContain(token)
  })

  test('looks only at the commits of the range', async () => {
    const leak = await commit('config.txt', `token = ${token}\n`)
    await commit('b.txt', 'fine\n')
    const { exit, out } = await at.run(['secrets', 'scan', '--since', leak])
    expect([exit, out]).toEqual([0, expect.stringContaining('1 commit ')])
  })

  test('of a range without commits is unknown, and no pass', async () => {
    const { exit, err } = await at.run(['secrets', 'scan', '--since', 'HEAD'])
    expect([exit, err]).toEqual([1, expect.stringContaining('could not be looked at')])
  })

  test('outside of a repository says what to do', async () => {
    expect((await at.run(['secrets', 'scan', '--since', 'nobody'])).exit).toBe(2)
  })
})

test('towpath pinning tells what can be moved, as evidence', async () => {
  await at.put('Dockerfile', 'FROM debian:12\n')
  const { exit, out } = await at.run(['pinning', '--json'])
  expect(exit).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    kind: 'pinning',
    results: [{ rule: 'image-by-digest', file: 'Dockerfile', line: 1 }],
    unknowns: [],
  })
})
