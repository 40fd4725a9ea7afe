import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { type TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RemoteShell, type ShellAnswer } from './remote-shell.ts'
import {
  type ForwardTarget,
  forwardArguments,
  masterArguments,
  offerArguments,
  sshConfig,
} from './ssh-arguments.ts'
import { forwardingRefused, hostSilent, sshFailure, sshMissing } from './ssh-failure.ts'

const UP_WITHIN_MS = 20_000
const FORWARD_WITHIN_MS = 10_000
const ENDED_WITHIN_MS = 2_000
/** After the process ended its last words may still be on their way. */
const LAST_WORDS_WITHIN_MS = 300
const WORDS_MAX = 4_096
const CONFIG_FILE = './config'

export interface ConnectionOptions {
  host: SshHost
  /** Of this connection alone: emptied when it begins. Holds its sockets. */
  folder: string
  /** Configuration files of OpenSSH that count, the first one first. */
  included: readonly string[]
  redact: (text: string) => string
  /** Ends it, also while it logs in. */
  signal: AbortSignal
}

/**
 * One run of `ssh`, from its log-in to its end, which is final. Its shell reads what this process writes, so it ends when
 * this process does, however that comes; `ServerAliveInterval` ends it where the link is silent.
 */
export class SshConnection {
  /** Resolves with why, when it is over. */
  readonly ended: Promise<TowpathError>
  readonly #options: ConnectionOptions
  readonly #child: ChildProcess
  readonly #shell: RemoteShell
  readonly #forwards = new Map<string, Promise<void>>()
  #words = ''
  #failure: TowpathError | null = null

  private constructor(options: ConnectionOptions, child: ReturnType<typeof spawnMaster>) {
    this.#options = options
    this.#child = child
    this.#shell = new RemoteShell({
      ...{ input: child.stdin, output: child.stdout },
      onOverflow: () => this.#kill('SIGKILL'),
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#words = (this.#words + text).slice(-WORDS_MAX)
    })
    this.ended = endOf(child).then((fault) => this.#end(fault))
    options.signal.addEventListener('abort', () => this.#kill('SIGTERM'))
  }

  /** Logs in. Throws HOST_UNREACHABLE and the other errors of `sshFailure`, HOST_SSH_MISSING. */
  static async open(options: ConnectionOptions): Promise<SshConnection> {
    await rm(options.folder, { recursive: true, force: true })
    await mkdir(options.folder, { recursive: true, mode: 0o700 })
    await writeFile(join(options.folder, CONFIG_FILE), sshConfig(options.included), { mode: 0o600 })
    const connection = new SshConnection(options, spawnMaster(options))
    await connection.run('LC_ALL=C; umask', { doing: 'log in', withinMs: UP_WITHIN_MS })
    return connection
  }

  /** Why it is over; null while it is not known to be. */
  get failure(): TowpathError | null {
    return this.#failure
  }

  /** What `ssh` said lately, secrets taken out: it tells why a forwarded socket leads nowhere. */
  get words(): string {
    return tidied(this.#options.redact(this.#words))
  }

  /** Runs a script on the host. One that does not end in time ends the connection: nothing after it would be answered. */
  async run(script: string, { doing, withinMs }: { doing: string; withinMs: number }): Promise<ShellAnswer> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const silent = hostSilent(this.#options.host, { doing, withinMs })
        this.#failure ??= silent
        this.#kill('SIGKILL')
        reject(silent)
      }, withinMs)
    })
    try {
      return await Promise.race([this.#shell.run(script), late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Makes a socket here that leads to a place as the host sees it. Gives its absolute path. */
  async forward(target: ForwardTarget): Promise<string> {
    const key = JSON.stringify(target)
    const name = `${createHash('sha256').update(key).digest('hex').slice(0, 8)}.sock`
    const { host, folder } = this.#options
    await this.#once(key, 'path' in target ? target.path : `${target.host}:${target.port}`, () =>
      forwardArguments(host, { configFile: CONFIG_FILE, local: `./${name}`, target }),
    )
    return join(folder, name)
  }

  /** Makes a socket on the host that leads to one here. What stands at its place there must be gone. */
  async offer(remote: string, local: string): Promise<void> {
    await this.#once(`offer ${remote}`, remote, () =>
      offerArguments(this.#options.host, { configFile: CONFIG_FILE, remote, local }),
    )
  }

  /** Ends it and resolves when it is gone. */
  async close(): Promise<void> {
    this.#child.stdin?.destroy()
    this.#kill('SIGTERM')
    const late = setTimeout(() => this.#kill('SIGKILL'), ENDED_WITHIN_MS)
    await this.ended
    clearTimeout(late)
    await rm(this.#options.folder, { recursive: true, force: true })
  }

  #once(key: string, to: string, args: () => string[]): Promise<void> {
    const known = this.#forwards.get(key)
    if (known !== undefined) return known
    const made = this.#control(args(), to)
    this.#forwards.set(key, made)
    made.catch(() => this.#forwards.delete(key))
    return made
  }

  async #control(args: string[], to: string): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    const { folder, host, redact } = this.#options
    const said = await new Promise<string | null>((resolve) => {
      execFile(
        'ssh',
        args,
        { cwd: folder, env: sshEnvironment(), timeout: FORWARD_WITHIN_MS, killSignal: 'SIGKILL' },
        (fault, _stdout, stderr) => resolve(fault === null ? null : stderr || messageOf(fault)),
      )
    })
    if (said === null) return
    throw this.#failure ?? forwardingRefused(host, { to, said: tidied(redact(said)) })
  }

  #end(fault: Error | null): TowpathError {
    const { host } = this.#options
    const said = this.words || tidied(this.#options.redact(this.#shell.unanswered.slice(-WORDS_MAX)))
    this.#failure ??= fault === null ? sshFailure(host, said) : sshMissing(host)
    this.#shell.break(this.#failure)
    return this.#failure
  }

  /** The whole group: a jump host's `ssh` is a child of ours. */
  #kill(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#child
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    try {
      process.kill(-pid, signal)
    } catch {
      // Gone between the look and the signal.
    }
  }
}

/** In a session of its own: without a terminal nothing can ask for a password, and no Ctrl-C reaches it before us. */
const spawnMaster = ({ host, folder }: ConnectionOptions) =>
  spawn('ssh', masterArguments(host, CONFIG_FILE), {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: sshEnvironment(),
  })

/** Nobody is there to be asked, and what is meant for Towpath is not for a proxy command. */
const sshEnvironment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:TOWPATH_|SSH_ASKPASS|DISPLAY$)/.test(name)),
  ),
  SSH_ASKPASS_REQUIRE: 'never',
  LC_ALL: 'C',
})

/** Null for an ordinary end; the fault where it could not begin. Waits a moment for what it said last. */
const endOf = (child: ChildProcess): Promise<Error | null> =>
  new Promise((resolve) => {
    child.once('error', resolve)
    child.once('close', () => resolve(null))
    child.once('exit', () => setTimeout(() => resolve(null), LAST_WORDS_WITHIN_MS))
  })

/** Lines without control characters. */
const tidied = (words: string): string =>
  words
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, '').trim())
    .filter(Boolean)
    .join('\n')
