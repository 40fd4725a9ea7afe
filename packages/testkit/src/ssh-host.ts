import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type SocketProxy, startSocketProxy } from './faults/socket-proxy.ts'
import { freePort } from './ports.ts'
import type { SecondEngine } from './second-engine.ts'
import { findProgram } from './setup/packages.ts'
import { until } from './wait.ts'

const run = promisify(execFile)

/** A host that is reached over SSH: a real `sshd` with keys and a configuration of its own, behind a wire that breaks. */
export interface SshTestHost {
  /** `ssh://…`, with the engine's socket in it. */
  address: string
  /** The same host with another socket of its engine. */
  addressOf(engineSocket: string): string
  /** The same past the wire, straight to its `sshd`. */
  directAddress: string
  /** OpenSSH configuration that knows the host and has a key for it. */
  configFile: string
  /** Known hosts of that configuration, to be changed by tests. */
  knownHosts: string
  /** Where the host keeps the state of its user. */
  stateHome: string
  wire: SocketProxy
  /** Processes of `ssh` that lead here. */
  links(): Promise<number[]>
  /** Shows this key from now on, and ends who is connected; `first` is the one that is known. */
  showKey(which: 'first' | 'other'): Promise<void>
  close(): Promise<void>
}

/** Only root may start an `sshd` that lets root in, and only where it is installed. */
export const mayStartSshHost =
  process.platform === 'linux' && process.getuid?.() === 0 && findProgram('sshd') !== null

export interface SshHostOptions {
  /** Socket of the engine that the host has. */
  engineSocket: string
  /** Stands in this engine's network, where this machine's loopback is not its own. */
  engine?: SecondEngine
  /** More lines for its `sshd_config`, the first word of each one that ours does not set. */
  settings?: readonly string[]
}

/** Starts one on a random port. Nothing of the machine's own `sshd` is touched. */
export async function startSshHost(options: SshHostOptions): Promise<SshTestHost> {
  const folder = await mkdtemp(join(tmpdir(), 'tp-ssh-'))
  const listenAddress = options.engine?.address ?? '127.0.0.1'
  const inner = { host: listenAddress, port: await freePort() }
  await makeKeys(folder)
  await writeFile(join(folder, 'sshd_config'), sshdConfig(folder, { ...inner, ...options }))
  let daemon = await startDaemon(folder, { ...options, ...inner })
  const outer = { host: '127.0.0.1', port: await freePort() }
  const wire = await startSocketProxy(outer, inner)
  const knownHosts = join(folder, 'known_hosts')
  const hostKey = await readFile(join(folder, 'first_key.pub'), 'utf8')
  const names = [outer, inner].map(({ host: name, port }) => `[${name}]:${port}`)
  await writeFile(knownHosts, `${names.join(',')} ${hostKey}`)
  const configFile = join(folder, 'config')
  await writeFile(configFile, clientConfig(folder))
  const addressAt = ({ host: name, port }: typeof inner, engineSocket = options.engineSocket): string =>
    `ssh://${userInfo().username}@${name}:${port}${engineSocket}`
  return {
    ...{ address: addressAt(outer), directAddress: addressAt(inner) },
    addressOf: (engineSocket) => addressAt(outer, engineSocket),
    ...{ configFile, knownHosts, stateHome: join(folder, 'state'), wire },
    links: () => linksTo(outer.port),
    showKey: async (which) => {
      await end(daemon)
      await copyFile(join(folder, `${which}_key`), join(folder, 'host_key'))
      daemon = await startDaemon(folder, { ...options, ...inner })
    },
    close: async () => {
      await wire.heal()
      await wire.close()
      await end(daemon)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function makeKeys(folder: string): Promise<void> {
  for (const name of ['first_key', 'other_key', 'user_key'])
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(folder, name)])
  await copyFile(join(folder, 'first_key'), join(folder, 'host_key'))
  await copyFile(join(folder, 'user_key.pub'), join(folder, 'authorized_keys'))
  await mkdir(join(folder, 'state'))
}

const sshdConfig = (
  folder: string,
  { host, port, settings = [] }: { host: string; port: number; settings?: readonly string[] },
): string =>
  [
    `ListenAddress ${host}`,
    `Port ${port}`,
    `HostKey ${join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'MaxStartups 100',
    // All that a link needs: what it forwards are no sessions.
    'MaxSessions 1',
    // What is written in this user's home stays in this test's folder.
    `SetEnv XDG_STATE_HOME=${join(folder, 'state')}`,
    ...settings,
    '',
  ].join('\n')

export const clientConfig = (folder: string): string =>
  [
    'Host *',
    `  UserKnownHostsFile ${join(folder, 'known_hosts')}`,
    '  GlobalKnownHostsFile /dev/null',
    `  IdentityFile ${join(folder, 'user_key')}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    '',
  ].join('\n')

async function startDaemon(
  folder: string,
  { engine, host, port }: { engine?: SecondEngine; host: string; port: number },
): Promise<ChildProcess> {
  // Its compiled-in folder of no privileges, which a boot makes where the service is on.
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  const program = findProgram('sshd') ?? 'sshd'
  const [starter, ...before] = [...(engine?.enter ?? []), program]
  const args = [...before, '-D', '-e', '-f', join(folder, 'sshd_config')]
  const daemon = spawn(starter, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-4_000)))
  const answers = async (): Promise<boolean> => {
    if (daemon.exitCode !== null) throw new Error(`sshd ended at once:\n${log}`)
    return await isListening({ host, port })
  }
  await until(answers, { withinMs: 20_000, what: 'sshd to listen' })
  return daemon
}

const isListening = (at: { host: string; port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(at)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** Those that serve a connection are children of it and would live on. */
async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(daemon.pid)]).catch(() => ({
    stdout: '',
  }))
  const ended = once(daemon, 'exit')
  daemon.kill('SIGKILL')
  await ended
  for (const pid of stdout.trim().split(/\s+/).filter(Boolean).map(Number))
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone with its connection.
    }
}

async function linksTo(port: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,args='])
  return stdout
    .split('\n')
    .filter((line) => new RegExp(`^\\s*\\d+ ssh .*(?:-p |:)${port}\\b`).test(line))
    .map((line) => Number(line.trim().split(' ')[0]))
}
