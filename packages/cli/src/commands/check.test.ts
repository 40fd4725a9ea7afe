import { execFileSync, spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Check } from '@towpath/domain/adoption/finding.ts'
import { problem, scriptedServer } from '../connection/scripted-server.ts'
import type { Script } from '../connection/scripted-server.ts'
import { runCommandLine } from '../run.ts'
import { capturedShell } from '../terminal/captured-shell.ts'

const example = join(import.meta.dirname, '../../../../examples/refactor')
const fixtures = join(import.meta.dirname, '../fixtures')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-check-'))
})
afterEach(() => rm(folder, { recursive: true }))

const write = async (files: Record<string, string>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

const run = async (argv: string[], given: Partial<Parameters<typeof capturedShell>[0]> = {}) => {
  const shell = capturedShell({ folder, ...given, argv })
  return { exit: await runCommandLine(shell), out: shell.out(), err: shell.err() }
}

const checksIn = async (argv: string[] = []): Promise<Check[]> =>
  (JSON.parse((await run(['check', '--json', ...argv])).out) as { checks: Check[] }).checks

const good = {
  'docker-compose.yaml':
    'services:\n  web:\n    image: nginx:1.99-trixie\n    restart: always\n    logging: {driver: local}\n    healthcheck: {test: [CMD, "true"]}\n',
}
const bad = { 'docker-compose.yaml': 'services:\n  api:\n    image: ghcr.io/acme/api:latest\n' }

describe('without a towpath.yaml', () => {
  test('says in what way each file will bite, where, and what to do', async () => {
    await cp(join(fixtures, 'team'), folder, { recursive: true })
    const { exit, out } = await run(['check'])
    expect(exit).toBe(1)
    await expect(out).toMatchFileSnapshot('../screen/golden/check-team.txt')
  })

  test('wraps to the width of the terminal and leaves places whole', async () => {
    await cp(join(fixtures, 'team'), folder, { recursive: true })
    const { out } = await run(['check'], { tty: { columns: 60 }, env: { NO_COLOR: '1' } })
    await expect(out).toMatchFileSnapshot('../screen/golden/check-team-60.txt')
    expect(out.split('\n').filter((row) => row.length > 60 && row.trim().includes(' '))).toEqual([])
  })

  test('is good where nothing bites, and says what it looked at', async () => {
    await write(good)
    const { exit, out } = await run(['check'])
    expect(out).toContain('✔ good')
    expect(exit).toBe(0)
  })

  test('ends with 2 for a mistake in the compose file, whatever its variables hold', async () => {
    await write({
      'docker-compose.yaml':
        'services:\n  api:\n    image: ${IMAGE}\n    portz: ["${PORT}:80"]\n    volumes: ["${DATA}:/data"]\n',
    })
    const { exit, out } = await run(['check'])
    expect(out).toMatch(/docker-compose\.yaml:4\n.*portz/)
    expect(exit).toBe(2)
  })

  test('needs something to look at', async () => {
    const { exit, err } = await run(['check'])
    expect(err).toContain('NOTHING_TO_CHECK')
    expect(exit).toBe(2)
  })
})

describe('--json', () => {
  test('gives each check with the same keys, and the way out as a document too', async () => {
    await write(bad)
    const { exit, out } = await run(['check', '--json'])
    expect(exit).toBe(1)
    const document = JSON.parse(out) as {
      ok: boolean
      error: { code: string }
      checks: Check[]
      next: string[]
    }
    expect(document).toMatchObject({ ok: false, error: { code: 'CHECK_HAS_FINDINGS' } })
    expect(document.next).toEqual(['towpath init', 'towpath check --patch | git apply'])
    for (const check of document.checks)
      expect(Object.keys(check).toSorted()).toEqual([
        'file',
        'fix',
        'id',
        'line',
        'message',
        'patch',
        'status',
      ])
    expect(document.checks.find(({ id }) => id === 'moving-tag')).toMatchObject({
      status: 'fail',
      file: 'docker-compose.yaml',
      line: 3,
    })
  })
})

describe('--patch', () => {
  test('prints one diff that git applies, and what it mends is mended', async () => {
    await cp(join(fixtures, 'team'), folder, { recursive: true })
    const before = (await checksIn()).filter(({ patch }) => patch !== null)
    expect(new Set(before.map(({ id }) => id))).toEqual(
      new Set([
        'migration-race',
        'nginx-upstream',
        'stop-signal',
        'restart-policy',
        'workflow-condition',
        'container-name',
      ]),
    )
    const { out, exit } = await run(['check', '--patch'])
    expect(exit).toBe(0)
    execFileSync('git', ['apply', '--check', '-'], { cwd: folder, input: out })
    execFileSync('git', ['apply', '-'], { cwd: folder, input: out })
    const after = await checksIn()
    expect(after.filter(({ patch }) => patch !== null)).toEqual([])
    expect(after.filter(({ id }) => id === 'migration-race').map(({ status }) => status)).toEqual(['pass'])
  })

  test('of each finding applies by itself', async () => {
    await cp(join(fixtures, 'team'), folder, { recursive: true })
    const patches = (await checksIn()).flatMap(({ patch }) => patch ?? [])
    const refused = patches.filter(
      (patch) => spawnSync('git', ['apply', '--check', '-'], { cwd: folder, input: patch }).status !== 0,
    )
    expect(patches.length).toBeGreaterThan(5)
    expect(refused).toEqual([])
  })
})

describe('--accept', () => {
  test('takes what is known off the way out, all of it or one word of it', async () => {
    await write(good)
    await write({ Dockerfile: 'FROM acme.example/base:1\nCMD ["nginx"]\n' })
    expect((await run(['check'])).exit).toBe(1)
    const { exit, out } = await run(['check', '--accept', 'base-image'])
    expect(out).toContain('accepted base-image')
    expect(exit).toBe(0)
    expect((await run(['check', '--accept', 'base-image:acme.example'])).exit).toBe(0)
    expect((await run(['check', '--accept', 'base-image:debian'])).exit).toBe(1)
  })

  test('takes several at once, with commas between', async () => {
    await write({ ...good, Dockerfile: 'FROM acme.example/base:1\nUSER app\n' })
    expect((await run(['check', '--accept', 'base-image'])).exit).toBe(1)
    expect((await run(['check', '--accept', 'base-image,stop-signal:Dockerfile'])).exit).toBe(0)
    const { exit, err } = await run(['check', '--accept', 'base-image,stop-sinal'])
    expect(err).toContain('did you mean stop-signal?')
    expect(exit).toBe(2)
  })

  test('refuses a name that no check has, which would accept nothing unseen', async () => {
    await write(bad)
    const { exit, err } = await run(['check', '--accept', 'moving-tags'])
    expect(err).toContain('did you mean moving-tag?')
    expect(exit).toBe(2)
  })
})

describe('with a towpath.yaml', () => {
  beforeEach(() => cp(example, folder, { recursive: true }))

  test('reads the project of the example whole', async () => {
    const checks = await checksIn()
    expect(
      checks
        .filter(({ id }) => ['config', 'compose', 'settings'].includes(id))
        .map(({ id, status }) => [id, status]),
    ).toEqual([
      ['config', 'pass'],
      ['compose', 'pass'],
      ['settings', 'pass'],
    ])
    expect(checks.filter(({ id }) => id === 'secrets').map(({ status }) => status)).toEqual(['warn', 'warn'])
  })

  test('tells every mistake of every file at once, with the line it stands on', async () => {
    const config = await readFile(join(folder, 'towpath.yaml'), 'utf8')
    await write({ 'towpath.yaml': config.replace('compose: rust-app', 'compose: rust-ap') })
    const { exit, out } = await run(['check'])
    expect(out).toMatch(/towpath\.yaml:\d+:\d+: backend names the compose service rust-ap/)
    expect(out).toContain('^')
    expect(exit).toBe(2)
  })

  test('says nothing good of what stands behind a mistake', async () => {
    await write({ 'towpath.yaml': 'version: 1\nprojekt: x\n' })
    const checks = await checksIn()
    expect(
      checks.filter(
        ({ status, id }) => status === 'pass' && ['config', 'compose', 'settings', 'secrets'].includes(id),
      ),
    ).toEqual([])
  })

  test('marks each mistake in a run of GitHub Actions', async () => {
    await write({ 'towpath.yaml': 'version: 1\nprojekt: x\n' })
    const { out, exit } = await run(['check'], { env: { GITHUB_ACTIONS: 'true' } })
    expect(exit).toBe(2)
    expect(out).toMatch(/^::error file=towpath\.yaml,line=2,col=1::/m)
  })
})

test('a clock behind the last commit is told, one that is not is no news', async () => {
  await write(good)
  const log = (seconds: number): Record<string, string> => ({
    '.git/logs/HEAD': `${'0'.repeat(40)} ${'1'.repeat(40)} A <a@b> ${seconds} +0100\tcommit: x\n`,
  })
  await write(log(1_767_225_000))
  expect((await checksIn()).find(({ id }) => id === 'clock')?.status).toBe('pass')
  await write(log(1_767_230_000))
  expect((await checksIn()).find(({ id }) => id === 'clock')?.status).toBe('fail')
})

describe('--online', () => {
  const host = (status: string, environment: string): Check => ({
    ...{ id: 'host', status: status as Check['status'], file: 'towpath.yaml', line: 3, patch: null },
    message: `${environment}: the engine answers`,
    fix: status === 'pass' ? null : 'mend it',
  })
  const project = {
    'docker-compose.yaml': 'services:\n  web:\n    image: ghcr.io/acme/web:1.99\n    restart: always\n',
    'towpath.yaml':
      'version: 1\nproject: shop\nservices:\n  web:\n    compose: web\n    image: ghcr.io/acme/web\n    health: {path: /, port: 80}\ndefaults: {host: {folder: /srv/shop}}\nenvironments: {staging: {}, production: {}}\n',
  }
  const forbidden: Script = () => ({ status: 403, body: problem('FORBIDDEN', 'forbidden') })
  const server = (production: Script) =>
    scriptedServer({
      'POST /v1/environments/staging/checks': () => ({ body: { checks: [host('pass', 'staging')] } }),
      'POST /v1/environments/production/checks': production,
    })
  const ask = async (url: string, ...argv: string[]) => {
    const given = { env: { TOWPATH_SERVER: url, TOWPATH_TOKEN: 'twp_test' } }
    return await run(['check', '--online', '--json', ...argv], given)
  }
  const hostsIn = (out: string) =>
    (JSON.parse(out) as { checks: Check[] }).checks
      .filter(({ id }) => ['host', 'environment'].includes(id))
      .map(({ id, status, message }) => `${id} ${status} ${message.split(':')[0] ?? ''}`)

  test('asks the server about each environment, with the files of a release and no others', async () => {
    await write({ ...project, 'secret.txt': 'not part of a release' })
    const scripted = await server(() => ({ body: { checks: [host('fail', 'production')] } }))
    const { out, exit } = await ask(scripted.url)
    expect(hostsIn(out)).toEqual(['host pass staging', 'host fail production'])
    expect(exit).toBe(1)
    for (const { body } of scripted.seen)
      expect(Object.keys((body as { files: object }).files).toSorted()).toEqual(
        Object.keys(project).toSorted(),
      )
    await scripted.close()
  })

  test('an environment that may not be asked is unknown, or an error where it is the one that was named', async () => {
    await write(project)
    const scripted = await server(forbidden)
    expect(hostsIn((await ask(scripted.url)).out)).toEqual([
      'host pass staging',
      'environment unknown production',
    ])
    expect(await ask(scripted.url, '-e', 'production')).toMatchObject({
      exit: 5,
      out: expect.stringContaining('FORBIDDEN'),
    })
    await scripted.close()
  })

  test('asks nothing where the files have mistakes, of an environment that is not there, or without being told to', async () => {
    await write({ ...project, 'towpath.yaml': project['towpath.yaml'].replace('port: 80', 'prot: 80') })
    const scripted = await server(forbidden)
    const wrong = await ask(scripted.url)
    expect(wrong.exit).toBe(2)
    expect(hostsIn(wrong.out)).toEqual([
      'environment unknown the server was not asked, because the files of a release have mistakes',
    ])
    await write(project)
    expect((await ask(scripted.url, '-e', 'stagging')).out).toContain('ENVIRONMENT_UNKNOWN')
    expect((await run(['check', '-e', 'staging'])).err).toContain('CHECK_NOT_ONLINE')
    expect(scripted.seen).toEqual([])
    await scripted.close()
  })
})
