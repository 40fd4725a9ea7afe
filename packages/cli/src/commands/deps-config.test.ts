import { readFile, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder } from '../audit/testing/audit-folder.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
  await rm(join(at.path, 'Cargo.lock'))
  await put({
    'backend/Cargo.toml': '[workspace]\nmembers = ["api"]\n',
    'backend/Cargo.lock': 'version = 4\n',
    'backend/api/Cargo.toml': '[package]\nname = "api"\n[dependencies]\nserde = "1"\n',
    'backend/Dockerfile': 'FROM rust:1.90 AS build\nFROM debian:12\n',
    'web/package.json': '{"dependencies":{"left":"1"}}',
    'web/pnpm-lock.yaml': 'lockfileVersion: "9.0"\n',
    'docker-compose.yaml':
      'services:\n  backend: {build: backend, image: acme/backend}\n  db: {image: "postgres:16.1"}\n',
    '.github/workflows/ci.yml':
      'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n',
    '.gitlab-ci.yml': 'image: node:24\n',
  })
})
afterEach(() => at.close())

const put = async (files: Record<string, string>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) await at.put(path, text)
}
const config = (...argv: string[]) => at.run(['deps', 'config', ...argv])
const read = (path: string): Promise<string> => readFile(join(at.path, path), 'utf8')
const [dependabot, autoMerge] = ['.github/dependabot.yml', '.github/workflows/dependabot-auto-merge.yml']

describe('towpath deps config', () => {
  test('shows what it would write, and writes nothing', async () => {
    const { exit, out } = await config('--dependabot', '--reviewer', 'alice')
    await expect(out).toMatchFileSnapshot('golden/deps-config-dependabot.txt')
    expect(exit).toBe(0)
    expect(existsSync(join(at.path, dependabot))).toBe(false)
  })

  test('writes both files of Dependabot, and a second run finds them as they should be', async () => {
    await config('--dependabot', '--write')
    const second = await config('--dependabot', '--json')
    expect(JSON.parse(second.out)).toMatchObject({
      same: [dependabot, autoMerge],
      missing: [],
      differing: [],
    })
  })

  test('the workflow it writes pins its action, which the audit can name', async () => {
    await config('--dependabot', '--write')
    const { out } = await at.run(['deps', '--lockfile', autoMerge, '--json', '--advisories', 'osv'])
    expect(JSON.parse(out)).toMatchObject({
      dependencies: [{ name: 'dependabot/fetch-metadata', locked: expect.stringMatching(/^\d+\.\d+\.\d+$/) }],
    })
  })

  test('writes what Renovate has to know', async () => {
    await config('--renovate', '--write', '--reviewer', 'team:platform')
    await expect(await read('renovate.json')).toMatchFileSnapshot('golden/renovate.json')
  })

  test('keeps a file that is there, under whichever name, and shows how it differs', async () => {
    await put({ '.github/dependabot.yaml': 'version: 2\nupdates: []\n', 'renovate.json5': '{}\n' })
    const { out } = await config('--dependabot', '--write')
    expect(out).toMatch(/kept +\.github\/dependabot\.yaml/)
    expect(out).toContain('-updates: []')
    expect(out).toContain('renovate.json5 is there too')
    expect(await read('.github/dependabot.yaml')).toBe('version: 2\nupdates: []\n')
    expect(existsSync(join(at.path, dependabot))).toBe(false)
    expect(existsSync(join(at.path, autoMerge))).toBe(true)
  })

  test('what Dependabot does not update is told, not left out in silence', async () => {
    const { out } = await config('--dependabot', '--json')
    expect(JSON.parse(out)).toMatchObject({
      kinds: expect.arrayContaining([{ name: 'gitlab-ci', folders: ['/'], covered: false }]),
      notes: ['gitlab-ci (/) is not updated by Dependabot; Renovate does'],
    })
  })

  test('a folder below the top of a repository is told: bots read nothing there', async () => {
    const noteFor = async (...argv: string[]): Promise<unknown> =>
      (JSON.parse((await config('--renovate', '--json', ...argv)).out) as { notes: unknown }).notes
    await at.put('.git/HEAD', 'ref: refs/heads/main\n')
    expect(await noteFor()).toEqual([])
    expect(await noteFor('-C', 'backend')).toEqual([expect.stringContaining('not the top of the repository')])
  })

  const refused: [string, string[], string][] = [
    ['no bot', [], 'BOT_NOT_NAMED'],
    ['a team for Dependabot', ['--dependabot', '--reviewer', 'team:a'], 'REVIEWER_WRONG'],
    ['no name', ['--renovate', '--reviewer', 'a b'], 'REVIEWER_WRONG'],
  ]
  test.each(refused)('%s is refused', async (_what, argv, code) => {
    const { exit, err } = await config(...argv, '--write')
    expect(err).toContain(code)
    expect(exit).toBe(2)
    expect(existsSync(join(at.path, 'renovate.json'))).toBe(false)
  })

  test('two bots at once, and a folder with nothing to update, are refused', async () => {
    expect((await config('--dependabot', '--renovate')).exit).toBe(2)
    const { exit, err } = await config('--dependabot', '-C', 'osv')
    expect(err).toContain('NOTHING_TO_UPDATE')
    expect(exit).toBe(2)
  })
})
