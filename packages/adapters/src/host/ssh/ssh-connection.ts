import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RemoteShell, type ShellAnswer, shellWord } from './remote-shell.ts'
import {
  type ForwardTarget,
  forwardArguments,
  offerArguments,
  sshConfig,
  withdrawArguments,
} from './ssh-arguments.ts'
import { expectReadable } from './ssh-config-file.ts'
import {
  commandFailed,
  forwardingRefused,
  hostSilent,
  linkClosed,
  sshFailure,
  sshNotStarted,
} from './ssh-failure.ts'
import { askSsh, endOf, startMaster } from './ssh-process.ts'

const UP_WITHIN_MS = 20_000
const MAKE_ROOM_WITHIN_MS = 15_000
const ENDED_WITHIN_MS = 2_000
const WORDS_MAX = 4_096
const CONFIG_FILE = './config'

export interface ConnectionOptions {
  host: SshHost
  /** Of this connection alone: emptied when it begins. Holds its sockets. */
  folder: string
  /** Configuration files of OpenSSH that count, the first one first; one that is not there is passed over. */
  included: readonly string[]
  /** One of them that somebody named, so it must be there. */
  named: string | null
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
  readonly #child: ChildProcessWithoutNullStreams
  readonly #shell: RemoteShell
  readonly #forwards = new Map<string, Promise<void>>()
  #words = ''
  #failure: TowpathError | null = null

  private constructor(options: ConnectionOptions, child: ChildProcessWithoutNullStreams) {
    this.#options = options
    this.#child = child
    this.#shell = new RemoteShell({
      ...{ input: child.stdin, output: child.stdout },
      onOverflow: () => this.#kill('SIGKILL'),
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#words = (this.#words + text).slice(-WORDS_MAX)
    })
    const onAbort = (): void => this.#kill('SIGTERM')
    options.signal.addEventListener('abort', onAbort)
    if (options.signal.aborted) onAbort()
    this.ended = endOf(child).then(() => {
      options.signal.removeEventListener('abort', onAbort)
      return this.#end()
    })
  }

  /** Logs in. Throws HOST_UNREACHABLE and the other errors of `sshFailure` and `sshNotStarted`, SSH_CONFIG_UNREADABLE. */
  static async open(options: ConnectionOptions): Promise<SshConnection> {
    const connection = await SshConnection.#start(options)
    await connection.run('LC_ALL=C; umask', { doing: 'log in', withinMs: UP_WITHIN_MS })
    return connection
  }

  static async #start(options: ConnectionOptions): Promise<SshConnection> {
    const { host, folder, included, named, signal } = options
    try {
      if (named !== null) await expectReadable(named)
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(join(folder, CONFIG_FILE), sshConfig(included), { mode: 0o600 })
      if (signal.aborted) throw linkClosed(host)
      return new SshConnection(options, await startMaster(host, { folder, configFile: CONFIG_FILE }))
    } catch (thrown) {
      throw thrown instanceof TowpathError ? thrown : sshNotStarted(host, thrown)
    }
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
    const to = 'path' in target ? target.path : `${target.host}:${target.port}`
    const args = forwardArguments(host, { local: `./${name}`, target })
    await this.#once(key, () => this.#control(args, to))
    return join(folder, name)
  }

  /** Makes a socket on the host that leads to one here, in the place of what stands there. */
  async offer(remote: string, local: string): Promise<void> {
    const { host, redact } = this.#options
    await this.#once(offerOf(remote), async () => {
      const doing = 'make room for the log of the edge'
      const script = `rm -f ${shellWord(remote)}`
      const { exitCode, output } = await this.run(script, { doing, withinMs: MAKE_ROOM_WITHIN_MS })
      if (exitCode !== 0) throw commandFailed(host, { doing, said: redact(output.trim()) })
      await this.#control(offerArguments(host, { remote, local }), remote)
    })
  }

  /** Takes an offer back, so that it can be made again; nothing where there is none. */
  async withdraw(remote: string, local: string): Promise<void> {
    const known = this.#forwards.get(offerOf(remote))
    if (known === undefined || this.#failure !== null) return
    await known.catch(() => undefined)
    await this.#control(withdrawArguments(this.#options.host, { remote, local }), remote)
    this.#forwards.delete(offerOf(remote))
  }

  /** Ends it and resolves when it is gone. */
  async close(): Promise<void> {
    this.#child.stdin.destroy()
    this.#kill('SIGTERM')
    const late = setTimeout(() => this.#kill('SIGKILL'), ENDED_WITHIN_MS)
    await this.ended
    clearTimeout(late)
    await rm(this.#options.folder, { recursive: true, force: true })
  }

  #once(key: string, make: () => Promise<void>): Promise<void> {
    const known = this.#forwards.get(key)
    if (known !== undefined) return known
    const made = make()
    this.#forwards.set(key, made)
    made.catch(() => this.#forwards.delete(key))
    return made
  }

  async #control(args: string[], to: string): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    const { folder, host, redact } = this.#options
    const asked = askSsh(folder, args).catch((fault: unknown) => {
      throw sshNotStarted(host, fault)
    })
    const { isDone, said } = await asked
    if (!isDone) throw this.#failure ?? forwardingRefused(host, { to, said: tidied(redact(said)) })
  }

  #end(): TowpathError {
    const said = this.words || tidied(this.#options.redact(this.#shell.unanswered.slice(-WORDS_MAX)))
    this.#failure ??= sshFailure(this.#options.host, said)
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

const offerOf = (remote: string): string => `offer ${remote}`

/** Lines without control characters. */
const tidied = (words: string): string =>
  words
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, '').trim())
    .filter(Boolean)
    .join('\n')
