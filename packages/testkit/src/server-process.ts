import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from './wait.ts'

export interface ServerProcessOptions {
  stateDir: string
  edgeImage: string
  reconcileMs: number
  /** Another entry than the server's own, e.g. one that kills itself at a chosen step. */
  entry?: string
  env?: Record<string, string>
  /** Refuses to take tokens over from an earlier run unless told. */
  tokens?: Record<string, string>
}

/** What the server leaves in its state folder for clients on the same machine. */
export interface ServerAddress {
  url: string
  pid: number
  installation: string
  /** Age recipient to seal secrets for this installation. */
  recipient: string
}

/** A real server in its own process group, so that a test can kill all of it at once. */
export interface ServerProcess extends ServerAddress {
  tokens: Record<string, string>
  child: ChildProcess
  get<T>(path: string, as?: string): Promise<T>
  post<T>(path: string, body: unknown, as?: string): Promise<T>
  /** SIGTERM, then SIGKILL after a while. */
  stop(): Promise<void>
  /** SIGKILL to the whole process group. The embedded database is a daemon of its own and lives on. */
  kill(): Promise<void>
  /** Resolves when the process is gone. */
  gone: Promise<void>
}

const entryOfServer = join(import.meta.dirname, '../../server/src/main.ts')
const startWithinMs = 60_000
const stopWithinMs = 20_000

/** Starts a server and, the first time, its people: `dev` deploys, `lead` approves, `watcher` reads. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  await mkdir(options.stateDir, { recursive: true })
  await rm(join(options.stateDir, 'server.json'), { force: true })
  const child = spawnServer(options)
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const address = await awaitAddress(options, child)
  const admin = (await readFile(join(options.stateDir, 'admin-token'), 'utf8')).trim()
  const process_ = clientOf({ address, child, gone, tokens: { admin, ...options.tokens } })
  if (options.tokens === undefined) await addPeople(process_)
  return process_
}

function spawnServer(options: ServerProcessOptions): ChildProcess {
  const log = createWriteStream(join(options.stateDir, 'server.log'), { flags: 'a' })
  const child = spawn(
    process.execPath,
    [
      options.entry ?? entryOfServer,
      ...['--state', options.stateDir, '--port', '0', '--edge-image', options.edgeImage],
      ...['--reconcile-ms', String(options.reconcileMs)],
    ],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  )
  child.stdout?.pipe(log)
  child.stderr?.pipe(log)
  return child
}

async function awaitAddress(options: ServerProcessOptions, child: ChildProcess): Promise<ServerAddress> {
  const path = join(options.stateDir, 'server.json')
  const look = async (): Promise<ServerAddress | 'ended' | null> => {
    if (child.exitCode !== null) return 'ended'
    const text = await readFile(path, 'utf8').catch(() => '')
    return text === '' ? null : (JSON.parse(text) as ServerAddress)
  }
  try {
    const seen = await until(look, { withinMs: startWithinMs, what: 'the server to start' })
    if (seen === 'ended') throw new Error(`the server ended with code ${child.exitCode}`)
    return seen
  } catch (error) {
    const log = await readFile(join(options.stateDir, 'server.log'), 'utf8').catch(() => '')
    child.kill('SIGKILL')
    throw new Error(`server did not start:\n${log.slice(-4_000)}`, { cause: error })
  }
}

function clientOf(facts: {
  address: ServerAddress
  child: ChildProcess
  gone: Promise<void>
  tokens: Record<string, string>
}): ServerProcess {
  const { address, child, gone, tokens } = facts
  const ask = async <T>(
    method: string,
    path: string,
    { as, body }: { as: string; body?: unknown },
  ): Promise<T> => {
    const response = await fetch(`${address.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${tokens[as] ?? ''}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} gave ${response.status}: ${text}`)
    return JSON.parse(text) as T
  }
  return {
    ...address,
    tokens,
    child,
    gone,
    get: (path, as = 'admin') => ask('GET', path, { as }),
    post: (path, body, as = 'admin') => ask('POST', path, { as, body }),
    kill: () => signalGroup(child, gone, 'SIGKILL'),
    stop: async () => {
      const late = setTimeout(() => void signalGroup(child, gone, 'SIGKILL'), stopWithinMs)
      await signalGroup(child, gone, 'SIGTERM')
      clearTimeout(late)
    },
  }
}

async function signalGroup(child: ChildProcess, gone: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    try {
      process.kill(-child.pid, signal)
    } catch {
      // Gone between the look and the signal.
    }
  await gone
}

async function addPeople(server: ServerProcess): Promise<void> {
  const people = {
    dev: [{ environment: '*', role: 'deployer' }],
    lead: [{ environment: '*', role: 'approver' }],
    watcher: [{ environment: '*', role: 'viewer' }],
  }
  const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString()
  for (const [name, grants] of Object.entries(people)) {
    const { token } = await server.post<{ token: string }>('/v1/principals', { name, grants, expiresAt })
    server.tokens[name] = token
  }
}
