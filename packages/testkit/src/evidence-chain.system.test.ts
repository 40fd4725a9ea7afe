import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServerProcess } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

/** The command line against a real server, as CI and an auditor use them. */
const main = join(import.meta.dirname, '../../cli/src/main.ts')
const commit = 'c'.repeat(40)

let folder = ''
let server: ServerProcess

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-evidence-'))
  server = await startServerProcess({
    stateDir: join(folder, 'state'),
    edgeImage: 'none:1',
    reconcileMs: 60_000,
  })
})
afterAll(async () => {
  await server?.stop()
  await removeEmbeddedPostgres({ dataDir: join(folder, 'state', 'database') })
  await rm(folder, { recursive: true, force: true })
})

interface Told {
  exit: number
  out: string
}

function towpath(args: string[], { home = 'ci', isOnline = true } = {}): Promise<Told> {
  const { TOWPATH_SERVER: _server, TOWPATH_TOKEN: _token, GITHUB_SHA: _sha, ...env } = process.env
  const online = { TOWPATH_SERVER: server.url, TOWPATH_TOKEN: server.tokens['dev'] ?? '' }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...args],
      {
        cwd: folder,
        timeout: 60_000,
        env: {
          ...env,
          ...(isOnline ? online : {}),
          TOWPATH_HOME: join(folder, home),
          NO_COLOR: '1',
          CI: '1',
        },
      },
      (error, stdout, stderr) =>
        resolve({ exit: error === null ? 0 : Number(error.code ?? 1), out: `${stdout}${stderr}` }),
    )
  })
}

describe('evidence from the command line', () => {
  it('is added, listed and verified, and a bundle of it holds without a server', async () => {
    await writeFile(join(folder, 'junit.xml'), '<testsuite name="unit"><testcase name="a"/></testsuite>')
    const added = await towpath(['evidence', 'add', 'junit.xml', '--commit', commit])
    expect(added).toMatchObject({ exit: 0, out: expect.stringContaining('1 test, 0 failed') })
    const id = /ev_[a-z0-9]+/.exec(added.out)?.[0] ?? ''
    expect((await towpath(['evidence', 'list', '--subject', commit])).out).toContain(id)
    expect(await towpath(['evidence', 'verify'])).toMatchObject({ exit: 0, out: expect.stringContaining(id) })
    expect((await towpath(['evidence', 'show', id, '-o', 'bundle.json'])).exit).toBe(0)
    expect((await towpath(['evidence', 'verify', 'bundle.json'], { isOnline: false })).exit).toBe(0)
  })

  it('that was altered in a bundle is refused, also with the key it brings along', async () => {
    const bundle = JSON.parse(await readFile(join(folder, 'bundle.json'), 'utf8')) as { publicKey: string }
    const altered = { ...bundle, document: Buffer.from('<testsuite/>').toString('base64') }
    await writeFile(join(folder, 'altered.json'), JSON.stringify(altered))
    expect(await towpath(['evidence', 'verify', 'altered.json'], { isOnline: false })).toMatchObject({
      exit: 1,
      out: expect.stringContaining('its document is not the one that was signed'),
    })
  })

  it('is not believed by whoever never met its installation, until they are given the key', async () => {
    const stranger = { home: 'stranger', isOnline: false }
    expect(await towpath(['evidence', 'verify', 'bundle.json'], stranger)).toMatchObject({
      exit: 2,
      out: expect.stringContaining('EVIDENCE_KEY_UNKNOWN'),
    })
    const { publicKey } = JSON.parse(await readFile(join(folder, 'bundle.json'), 'utf8')) as {
      publicKey: string
    }
    await writeFile(join(folder, 'key.pem'), publicKey)
    expect((await towpath(['evidence', 'verify', 'bundle.json', '--key', 'key.pem'], stranger)).exit).toBe(0)
  })
})
