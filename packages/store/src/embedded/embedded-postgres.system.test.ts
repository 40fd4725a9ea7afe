import { execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sampleEvent, tallyFold } from '../sample-ledger.ts'
import { openStore } from '../store.ts'
import type { Store } from '../store.ts'
import { removeEmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import type { EmbeddedPostgres } from './embedded-postgres.ts'
import { stageEngine } from './engine.ts'
import { livePostmaster } from './postmaster.ts'
import { ensureServerUser } from './server-user.ts'

const run = promisify(execFile)
let dataDir: string

beforeEach(async () => {
  // Made with mode 0700, like the home of root: nobody else can enter.
  dataDir = await mkdtemp(join(tmpdir(), 'towpath-embedded-'))
})
afterEach(() => removeEmbeddedPostgres({ dataDir }, { engine: false }))

const pidFolder = (server: EmbeddedPostgres): string => join(server.home, 'cluster', 'data')
const pidOf = async (server: EmbeddedPostgres): Promise<number> => {
  const live = await livePostmaster(pidFolder(server))
  if (live === undefined) throw new Error('no live server')
  return live.pid
}

describe('the embedded PostgreSQL', () => {
  test('listens on loopback only, wants a password, and leaves no process behind', async () => {
    const server = await startEmbeddedPostgres({ dataDir })
    const pid = await pidOf(server)
    const { host, password } = new URL(server.url)
    expect(host).toMatch(/^127\.0\.0\.1:/)
    expect(password.length).toBeGreaterThan(20)
    expect((await stat(join(server.home, 'cluster', 'password'))).mode & 0o777).toBe(0o600)
    const guess = server.url.replace(password, 'guess')
    await expect(openStore({ url: guess, folds: [] })).rejects.toMatchObject({
      code: 'DATABASE_LOGIN_REFUSED',
    })
    await server.stop()
    await server.stop()
    expect(await isAlive(pid)).toBe(false)
  })

  test('comes back on the same port with the same data, and on another where that port is taken', async () => {
    const first = await startEmbeddedPostgres({ dataDir })
    await appendOne(first.url, 'k1')
    await first.stop()
    const second = await startEmbeddedPostgres({ dataDir })
    expect(second).toMatchObject({ url: first.url, adopted: false })
    await second.stop()
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1')
    const third = await startEmbeddedPostgres({ dataDir })
    expect(third.url).not.toBe(first.url)
    expect(await countEvents(third.url)).toBe(1)
    squatter.close()
  })

  test('outlives a starter that is killed with its whole process group, and is adopted by the next', async () => {
    const starter = spawn(process.execPath, ['--input-type=module', '--eval', starterProgram(dataDir)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const url = await new Promise<string>((resolve) =>
      starter.stdout.once('data', (text) => resolve(String(text).trim())),
    )
    await appendOne(url, 'k1')
    process.kill(-(starter.pid ?? 0), 'SIGKILL')
    const server = await startEmbeddedPostgres({ dataDir })
    expect(server).toMatchObject({ adopted: true, url })
    expect(await countEvents(url)).toBe(1)
  })

  test('is one server for starts at the same moment', async () => {
    const servers = await Promise.all([
      startEmbeddedPostgres({ dataDir }),
      startEmbeddedPostgres({ dataDir }),
    ])
    expect(new Set(servers.map(({ url }) => url)).size).toBe(1)
  })

  test('loses nothing acknowledged when every process of it is killed, and the store lives through it', async () => {
    const first = await startEmbeddedPostgres({ dataDir })
    const store = await openStore({ url: first.url, folds: [tallyFold] })
    const following = collectUntil(store, 'meanwhile')
    const acked = await appendUntilKilled(store, await pidOf(first))
    const failure = await store.append(sampleEvent('meanwhile')).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'DATABASE_UNREACHABLE', retryable: true })
    const second = await startEmbeddedPostgres({ dataDir })
    expect(second).toMatchObject({ adopted: false, url: first.url })
    await store.append(sampleEvent('meanwhile', { release: '1.0.0' }))
    const kept = new Set((await store.readEvents({ limit: 1_000 })).map(({ idem }) => idem))
    expect(await following).toEqual(Array.from({ length: kept.size }, (_, index) => index + 1))
    expect(acked.filter((key) => !kept.has(key))).toEqual([])
    expect(kept.has('meanwhile')).toBe(true)
    expect(await store.verify()).toMatchObject({ ok: true, events: kept.size })
    await store.close()
  })

  test('refuses beside a live process that holds its pid file, and leaves that file alone', async () => {
    const user = await ensureServerUser()
    const first = await startEmbeddedPostgres({ dataDir })
    await first.stop()
    const other = spawn('sleep', ['60'], user === undefined ? {} : { uid: user.uid, gid: user.gid })
    const pidFile = join(pidFolder(first), 'postmaster.pid')
    const content = `${other.pid}\n${pidFolder(first)}\n1760000000\n${new URL(first.url).port}\n\n127.0.0.1\n`
    await writeFile(pidFile, content)
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES_NOT_STARTED',
      message: expect.stringContaining(`PID ${other.pid}`) as string,
    })
    expect(await readFile(pidFile, 'utf8')).toBe(content)
    other.kill('SIGKILL')
    await new Promise((resolve) => other.once('exit', resolve))
    expect(await startEmbeddedPostgres({ dataDir })).toMatchObject({ adopted: false })
  })

  test('never puts an empty database in place of one that is gone', async () => {
    const server = await startEmbeddedPostgres({ dataDir })
    await server.stop()
    await rm(join(server.home, 'cluster'), { recursive: true })
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES_DATA_GONE',
    })
  })

  test.runIf(process.getuid?.() === 0)(
    'is removed with all its data even where its folder was deleted first',
    async () => {
      const server = await startEmbeddedPostgres({ dataDir })
      const pid = await pidOf(server)
      await rm(dataDir, { recursive: true })
      await removeEmbeddedPostgres({ dataDir }, { engine: false })
      expect(await isAlive(pid)).toBe(false)
      await expect(stat(server.home)).rejects.toThrow(/ENOENT/)
    },
  )

  test('runs from a package whose install script never made the library links, unpacked for its owner only', async () => {
    const installed = dirname(
      dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
    )
    const bare = join(dataDir, 'package')
    await cp(installed, bare, {
      recursive: true,
      filter: async (source) => !(await stat(source)).isSymbolicLink(),
    })
    for (const name of await readdir(join(bare, 'native', 'lib'))) {
      if (/^lib(icu\w+|pq)\.so(\.\d+)?$/.test(name)) await rm(join(bare, 'native', 'lib', name))
    }
    await run('chmod', ['-R', 'go=', bare])
    const engine = await stageEngine(join(dataDir, 'staged'), bare)
    const postgres = join(dirname(engine.initdb), 'postgres')
    expect((await run(postgres, ['--version'])).stdout).toMatch(/PostgreSQL\) 18/)
    expect((await stat(postgres)).mode & 0o777).toBe(0o755)
  })
})

const starterProgram = (dir: string): string => `
  import { startEmbeddedPostgres } from ${JSON.stringify(new URL('./embedded-postgres.ts', import.meta.url).href)}
  const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dir)} })
  console.log(server.url)
  setInterval(() => {}, 1_000)`

const appendOne = async (url: string, idem: string): Promise<void> => {
  const store = await openStore({ url, folds: [] })
  await store.append(sampleEvent(idem))
  await store.close()
}

const countEvents = async (url: string): Promise<number> => {
  const store = await openStore({ url, folds: [] })
  const { seq } = await store.head()
  await store.close()
  return seq
}

/** Follows from the beginning until an event of that key; the answer is every seq seen. */
const collectUntil = async (store: Store, idem: string): Promise<number[]> => {
  const seen: number[] = []
  for await (const event of store.follow({ after: 0, signal: new AbortController().signal })) {
    seen.push(event.seq)
    if (event.idem === idem) break
  }
  return seen
}

/** Appends from four writers, kills the server in the middle, and answers with the keys that were acknowledged. */
const appendUntilKilled = async (store: Store, postmaster: number): Promise<string[]> => {
  const acked: string[] = []
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let n = 0; n < 500; n += 1) {
      await store.append(sampleEvent(`${writer}/${n}`, { release: '1.0.0' }))
      acked.push(`${writer}/${n}`)
    }
  })
  while (acked.length < 40) await sleep(5)
  await killTree(postmaster)
  const endings = await Promise.allSettled(writers)
  expect(endings.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
  return acked
}

const killTree = async (pid: number): Promise<void> => {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)])
  for (const each of [pid, ...stdout.trim().split(/\s+/).map(Number)]) {
    try {
      process.kill(each, 'SIGKILL')
    } catch {
      // Gone already: a backend notices the death of its postmaster by itself.
    }
  }
}

/** A zombie that nobody reaped yet is not alive. */
const isAlive = async (pid: number): Promise<boolean> => {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}
