import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity } from 'age-encryption'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { scriptedLedger, scriptedServer } from '../connection/scripted-server.ts'
import { runCommandLine } from '../run.ts'
import { capturedShell } from '../terminal/captured-shell.ts'

const example = join(import.meta.dirname, '../../../../examples/refactor')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-commands-'))
  await cp(example, folder, { recursive: true })
})
afterEach(() => rm(folder, { recursive: true }))

const run = async (argv: string[], env: Record<string, string> = {}) => {
  const shell = capturedShell({ argv, folder, env: { TOWPATH_HOME: join(folder, 'home'), ...env } })
  return { exit: await runCommandLine(shell), out: shell.out(), err: shell.err() }
}

test('config show tells where each value comes from', async () => {
  const { out } = await run(['config', 'show', '-e', 'staging', '--explain'])
  expect(out).toMatch(/^domain +staging\.refactor\.localhost +towpath\.yaml:\d+ \(environment\)$/m)
  expect(out).toMatch(/^keep +5 +towpath\.yaml:\d+ \(defaults\)$/m)
})

describe('secrets set', () => {
  test('stores no empty value unless that is said', async () => {
    const key = join(folder, 'identity.txt')
    await writeFile(key, await generateX25519Identity(), { mode: 0o600 })
    const env = { TOWPATH_SECRETS_IDENTITY: key }
    const nothing = await run(['secrets', 'set', 'MAIL_KEY', '-e', 'staging'], env)
    expect(nothing.exit).toBe(2)
    expect(nothing.err).toContain('SECRET_VALUE_MISSING')
    expect(nothing.err).toContain('towpath secrets set MAIL_KEY -e staging < FILE')
    const names = async () => (await run(['secrets', 'list', '-e', 'staging'], env)).out
    expect(await names()).not.toContain('MAIL_KEY')
    expect((await run(['secrets', 'set', 'MAIL_KEY', '-e', 'staging', '--empty'], env)).exit).toBe(0)
    expect(await names()).toContain('MAIL_KEY')
  })
})

describe('release create', () => {
  test('sends every file that any environment is made of, and no other', async () => {
    const release = {
      version: '1.0.0',
      builds: [],
      schema: 'expand',
      snapshot: '',
      author: 'dev',
      createdAt: '',
    }
    const server = await scriptedServer({
      'POST /v1/releases': () => ({ status: 201, body: release }),
      'GET /v1/ledger/head': scriptedLedger().head(() => ['a']),
    })
    const { exit } = await run(
      ['release', 'create', '1.0.0', '--schema', 'expand', '--build', 'backend=r/b:1'],
      {
        TOWPATH_SERVER: server.url,
        TOWPATH_TOKEN: 'twp_x',
      },
    )
    await server.close()
    expect(exit).toBe(0)
    const body = server.seen[0]?.body as { files: Record<string, string>; builds: object; schema: string }
    expect(Object.keys(body.files)).toEqual([
      'docker-compose.yaml',
      'env/production.env',
      'env/shared.env',
      'env/staging.env',
      'towpath.yaml',
    ])
    expect(Buffer.from(body.files['towpath.yaml'] ?? '', 'base64').toString()).toContain('project: refactor')
    expect(body).toMatchObject({ builds: { backend: 'r/b:1' }, schema: 'expand' })
  })

  test('sends nothing where a file of the project is a link out of it', async () => {
    const server = await scriptedServer({})
    await rm(join(folder, 'env/staging.env'))
    await symlink('/etc/hostname', join(folder, 'env/staging.env'))
    const { exit, err } = await run(['release', 'create', '1.0.0'], {
      TOWPATH_SERVER: server.url,
      TOWPATH_TOKEN: 'twp_x',
    })
    await server.close()
    expect(exit).toBe(2)
    expect(err).toContain('FILE_OUTSIDE_PROJECT')
    expect(server.seen).toEqual([])
  })

  test.each(['backend', 'backend=', '=image'])('refuses --build %s before anything is read', async (text) => {
    const { exit, err } = await run(['release', 'create', '1.0.0', '--build', text])
    expect(exit).toBe(2)
    expect(err).toContain('SERVICE=IMAGE')
  })
})
