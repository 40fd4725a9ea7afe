import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { Readable } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const entry = join(import.meta.dirname, 'main.ts')

interface Started {
  child: ChildProcess
  url: string
  installation: string
  output: () => string
  /** Sends a signal and returns the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

let folder: string
let postgres: ScratchPostgres
const children = new Set<ChildProcess>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-server-'))
  postgres = await startScratchPostgres()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await removeEmbeddedPostgres({ dataDir: join(stateDir('own'), 'database') }, { engine: false })
  await postgres?.stop()
  await rm(folder, { recursive: true, force: true })
})

const stateDir = (name: string): string => join(folder, name)

function launch(state: string, args: readonly string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [entry, '--state', stateDir(state), '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return { child, output: () => text }
}

/** Starts one and waits for its first line on stdout. */
async function start(state: string, args: readonly string[] = []): Promise<Started> {
  const { child, output } = launch(state, args)
  const exited = once(child, 'exit').then(() => {
    throw new Error(`the server ended: ${output()}`)
  })
  const [line] = (await Promise.race([once(child.stdout!, 'data'), exited])) as [Buffer]
  exited.catch(() => {})
  const { url, installation } = JSON.parse(line.toString()) as { url: string; installation: string }
  const end = async (signal: NodeJS.Signals = 'SIGTERM') => {
    const gone = once(child, 'exit')
    child.kill(signal)
    return ((await gone) as [number | null])[0]
  }
  return { child, url, installation, output, end }
}

/** Starts one that is expected to refuse, and returns how it ended. */
async function refusal(
  state: string,
  args: readonly string[],
): Promise<{ code: number; error: { code: string; hint: string } }> {
  const { child, output } = launch(state, args)
  const [code] = (await once(child, 'close')) as [number]
  return {
    code,
    error: JSON.parse(output().trim().split('\n').at(-1) ?? '') as { code: string; hint: string },
  }
}

const tokenOf = async (state: string): Promise<string> =>
  (await readFile(join(stateDir(state), 'admin-token'), 'utf8')).trim()
const ask = async <T>(server: Started, path: string, token = ''): Promise<T> => {
  const answer = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  return (await answer.json()) as T
}

describe('a server with a database of its own', () => {
  it('is ready for the local command line at once, and keeps what it is over a restart', async () => {
    const first = await start('own')
    expect(await ask(first, '/healthz')).toEqual({ status: 'ok', database: true, controller: true })
    const token = await tokenOf('own')
    for (const file of ['admin-token', 'ledger-key.pem', 'secrets-identity.txt', 'server.json'])
      expect([file, (await stat(join(stateDir('own'), file))).mode & 0o077]).toEqual([file, 0])
    expect(JSON.parse(await readFile(join(stateDir('own'), 'server.json'), 'utf8'))).toMatchObject({
      url: first.url,
      pid: first.child.pid,
      installation: first.installation,
      recipient: expect.stringMatching(/^age1/),
    })
    expect(await first.end()).toBe(0)
    await expect(stat(join(stateDir('own'), 'server.json'))).rejects.toMatchObject({ code: 'ENOENT' })

    const second = await start('own')
    expect(second.installation).toBe(first.installation)
    expect(await tokenOf('own')).toBe(token)
    const { items } = await ask<{ items: { type: string; data: object }[] }>(
      second,
      '/v1/ledger/events',
      token,
    )
    const types = items.map(({ type }) => type)
    expect(types).toEqual(['ledger.opened', 'controller.started', 'principal.added', 'controller.started'])
    const fences = items.flatMap(({ data }) => ('fence' in data ? [Number(data.fence)] : []))
    expect(fences).toHaveLength(2)
    expect(fences[1]).toBeGreaterThan(fences[0] ?? Number.POSITIVE_INFINITY)
    for (const { output } of [first, second]) expect(output()).not.toContain(token)
    await second.end('SIGINT')
  })

  it('survives being killed, and its database with the next server', async () => {
    const first = await start('own')
    await first.end('SIGKILL')
    const second = await start('own')
    expect(await ask(second, '/healthz')).toMatchObject({ status: 'ok' })
    expect(second.output()).toContain('embedded PostgreSQL adopted')
    expect(await second.end()).toBe(0)
  })

  it('refuses a second one beside it, and goes on undisturbed', async () => {
    const server = await start('own')
    const { code, error } = await refusal('own', [])
    expect([code, error.code]).toEqual([7, 'CONTROLLER_RUNNING'])
    expect(await ask(server, '/healthz')).toMatchObject({ status: 'ok' })
    await server.end()
  })

  it('gives the place of every reader who leaves to the next, and stops although some are still there', async () => {
    const server = await start('own')
    const headers = { authorization: `Bearer ${await tokenOf('own')}` }
    const follow = async (): Promise<AbortController> => {
      const reader = new AbortController()
      const answer = await fetch(`${server.url}/v1/stream?after=0`, { headers, signal: reader.signal })
      expect(answer.status).toBe(200)
      return reader
    }
    for (let round = 0; round < 5; round += 1) {
      const readers = await Promise.all(Array.from({ length: 60 }, follow))
      for (const reader of readers) reader.abort()
      // A closed connection is seen by the other side in its own time.
      await expect.poll(async () => (await fetch(`${server.url}/healthz`)).status).toBe(200)
    }
    await Promise.all(Array.from({ length: 60 }, follow))
    expect(await server.end()).toBe(0)
  })

  it('writes a new token when asked, and the old one is worth nothing', async () => {
    const before = await tokenOf('own')
    const server = await start('own', ['--renew-admin-token'])
    const after = await tokenOf('own')
    expect(after).not.toBe(before)
    expect(await ask(server, '/v1/gates', before)).toMatchObject({ status: 401 })
    expect(await ask(server, '/v1/gates', after)).toHaveProperty('items')
    await server.end()
  })
})

describe('a server on a given database', () => {
  it('ends at once, with code 1, when its lock is lost; a standby takes over with a higher fence', async () => {
    const url = await postgres.createDatabase()
    const server = await start('given', ['--database-url', url])
    const standby = launch('given', ['--database-url', url, '--standby'])
    const ready = once(standby.child.stdout!, 'data') as Promise<[Buffer]>
    const gone = once(server.child, 'exit') as Promise<[number]>
    const fence = 'select fence::text from controller'
    const before = await run(url, fence)
    await run(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'towpath controller' and datname = current_database()",
    )
    expect((await gone)[0]).toBe(1)
    const { installation } = JSON.parse((await ready)[0].toString()) as { installation: string }
    expect(installation).toBe(server.installation)
    const after = await run(url, fence)
    const numbers = [...before, ...after].map((row) => Number((row as { fence: string }).fence))
    expect(numbers[1]).toBeGreaterThan(numbers[0] ?? Number.POSITIVE_INFINITY)
    standby.child.kill('SIGTERM')
    await once(standby.child, 'exit')
  })

  it('leaves that database running when it ends', async () => {
    const url = await postgres.createDatabase()
    const server = await start('left', ['--database-url', url])
    expect(await server.end()).toBe(0)
    expect(await run(url, 'select count(*)::int as events from event')).toEqual([{ events: 3 }])
  })

  it('with the ledger of another installation is refused', async () => {
    const url = await postgres.createDatabase()
    await (await start('one', ['--database-url', url])).end()
    const { code, error } = await refusal('other', ['--database-url', url])
    expect([code, error.code]).toEqual([2, 'LEDGER_KEY_OTHER'])
  })
})

describe('a server that cannot start', () => {
  it('says why and leaves nothing running', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const url = await postgres.createDatabase()
    const cases: [string[], number, string][] = [
      [['--port', String(port)], 2, 'PORT_UNUSABLE'],
      [['--host', '0.0.0.0'], 2, 'LISTEN_ADDRESS_REFUSED'],
      [['--prot', '1'], 2, 'SERVER_OPTION_INVALID'],
    ]
    for (const [args, exit, reason] of cases) {
      const { code, error } = await refusal('cannot', ['--database-url', url, ...args])
      expect([code, error.code]).toEqual([exit, reason])
    }
    const { code, error } = await refusal('cannot', [
      '--database-url',
      'postgres://towpath:hunter2@127.0.0.1:1/none',
    ])
    expect([code, error.code]).toEqual([6, 'DATABASE_UNREACHABLE'])
    expect(JSON.stringify(error)).not.toContain('hunter2')
    taken.close()
  })

  it('says so as one document on stdout where JSON is asked for', async () => {
    const { child } = launch('cannot', ['--json', '--prot', '1'])
    const [said, [code]] = await Promise.all([
      textOf(child.stdout ?? Readable.from([])),
      once(child, 'close') as Promise<[number]>,
    ])
    expect(code).toBe(2)
    expect(JSON.parse(said)).toEqual({
      ok: false,
      error: {
        ...{ code: 'SERVER_OPTION_INVALID', title: expect.any(String), detail: {}, hint: expect.any(String) },
        docs: 'docs/errors.md#server_option_invalid',
      },
      next: [],
    })
  })
})

async function run(url: string, statement: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<object>(statement)).rows
  } finally {
    await client.end()
  }
}
