import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RegistryAccount, RegistryTarget } from '../images.ts'
import { freePort } from '../ports.ts'
import { until } from '../wait.ts'

const run = promisify(execFile)

export interface RunningRegistry extends RegistryTarget {
  /** Ends the process; storage that was made for it goes with it. */
  stop(): Promise<void>
}

export interface RegistryProcess {
  /** Holds its configuration, accounts and storage; stays when the process ends. */
  dataDir: string
  port?: number | undefined
  auth?: RegistryAccount | undefined
}

/** Starts Debian's `docker-registry` on 127.0.0.1 and waits until it answers. It ends with this process at the latest. */
export const startRegistryProcess = async (asked: RegistryProcess): Promise<RunningRegistry> => {
  const { dataDir, port, auth } = asked
  if (auth !== undefined) await writeAccounts(dataDir, auth)
  if (port !== undefined) return await serve(asked, port)
  // Another process may take a free port first, and the registry cannot listen on port 0 and say which it got.
  try {
    return await serve(asked, await freePort())
  } catch {
    return await serve(asked, await freePort())
  }
}

const serve = async ({ dataDir, auth }: RegistryProcess, port: number): Promise<RunningRegistry> => {
  const host = `127.0.0.1:${port}`
  const configFile = join(dataDir, 'config.yml')
  await writeFile(configFile, JSON.stringify(registryConfig(host, dataDir, auth !== undefined)))
  const child = spawn('docker-registry', ['serve', configFile], { stdio: 'ignore' })
  const endWithUs = () => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  const stop = async () => {
    process.off('exit', endWithUs)
    await end(child)
  }
  try {
    await until(() => answers(host, child), { withinMs: 10_000, what: `registry on ${host} answers` })
  } catch (error) {
    await stop()
    throw error
  }
  return { host, auth, stop }
}

/** Where a registry keeps its blobs. */
export const storageFolder = (dataDir: string): string => join(dataDir, 'storage')

/** The registry reads YAML, and JSON is YAML. */
const registryConfig = (addr: string, dataDir: string, withAccounts: boolean) => ({
  version: '0.1',
  log: { level: 'error', accesslog: { disabled: true } },
  storage: { filesystem: { rootdirectory: storageFolder(dataDir) }, delete: { enabled: true } },
  http: { addr },
  ...(withAccounts ? { auth: { htpasswd: { realm: 'towpath', path: join(dataDir, 'htpasswd') } } } : {}),
})

/** The registry accepts bcrypt only; cost 5 keeps its check out of the measurements. */
const writeAccounts = async (dataDir: string, { user, password }: RegistryAccount): Promise<void> => {
  const { stdout } = await run('htpasswd', ['-nbB', '-C', '5', user, password])
  await writeFile(join(dataDir, 'htpasswd'), stdout, { mode: 0o600 })
}

const answers = async (host: string, child: ChildProcess): Promise<boolean> => {
  if (child.exitCode !== null) throw new Error(`docker-registry exited with ${child.exitCode}`)
  const { status } = await fetch(`http://${host}/v2/`, { signal: AbortSignal.timeout(1_000) })
  return status === 200 || status === 401
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
