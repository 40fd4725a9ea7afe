import { Agent } from 'node:http'
import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import type { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Log } from '@towpath/app/ports/log.ts'
import type { ShellAnswer } from './remote-shell.ts'
import { type ForwardTarget, displayName } from './ssh-arguments.ts'
import { type ConnectionOptions, SshConnection } from './ssh-connection.ts'
import { commandFailed, linkClosed } from './ssh-failure.ts'

const PAUSE_MIN_MS = 250
const PAUSE_MAX_MS = 15_000
/** Nobody logged in where a key is not the known one: whoever has just mended that need not wait. */
const KEY_PAUSE_MS = 1_000
/** A connection that held this long did not fail for the reason of the one before. */
const STEADY_MS = 10_000
const SCRIPT_WITHIN_MS = 15_000

export interface LinkOptions extends Omit<ConnectionOptions, 'signal'> {
  log: Log
}

/**
 * The one way to a host: a connection that is made when somebody asks, shared by all who do, and made again when it breaks.
 * While the host does not answer, tries are spaced by growing pauses of at most 15 s, and whoever asks in between gets
 * the last error at once. Every error names the host; those of the link may be tried again.
 */
export class SshLink {
  readonly host: SshHost
  readonly name: string
  /** For calls over its sockets: opening one is a way to the host and back. */
  readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 4 })
  readonly #options: LinkOptions
  #current: Promise<SshConnection> | null = null
  #failures = 0
  #notBeforeMs = 0
  #lastFailure: TowpathError | null = null
  readonly #closing = new AbortController()

  constructor(options: LinkOptions) {
    this.host = options.host
    this.name = displayName(options.host)
    this.#options = options
  }

  /** The connection as it is now, made first where there is none. Another one after a break; none after `close`. */
  connection(): Promise<SshConnection> {
    if (this.#closing.signal.aborted) return Promise.reject(linkClosed(this.host))
    if (this.#current !== null) return this.#current
    if (this.#lastFailure !== null && performance.now() < this.#notBeforeMs)
      return Promise.reject(this.#lastFailure)
    const opening = this.#open()
    this.#current = opening
    return opening
  }

  /** A script's output. Throws HOST_COMMAND_FAILED or DISK_FULL where it fails, HOST_UNREACHABLE where the link does. */
  async run(script: string, doing: string): Promise<string> {
    const { exitCode, output } = await this.answer(script, doing)
    if (exitCode !== 0) throw this.refusal(doing, output)
    return output
  }

  /** The error for a script of which the host said this. */
  refusal(doing: string, output: string): TowpathError {
    return commandFailed(this.host, { doing, said: this.#options.redact(output.trim()) })
  }

  /** As `run`, for scripts whose exit code says something. */
  async answer(script: string, doing: string): Promise<ShellAnswer> {
    const connection = await this.connection()
    return await connection.run(script, { doing, withinMs: SCRIPT_WITHIN_MS })
  }

  async forward(target: ForwardTarget): Promise<string> {
    return await (await this.connection()).forward(target)
  }

  /** True when the host answers within this time. */
  async answersWithin(withinMs: number): Promise<boolean> {
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), withinMs).unref())
    const asked = this.answer(':', 'look whether the host answers').then(
      () => true,
      () => false,
    )
    return await Promise.race([asked, late])
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.agent.destroy()
    const connection = await this.#current?.catch(() => null)
    await connection?.close()
  }

  async #open(): Promise<SshConnection> {
    const { log } = this.#options
    try {
      const connection = await SshConnection.open({ ...this.#options, signal: this.#closing.signal })
      const sinceMs = performance.now()
      log.info({ host: this.name }, 'host reached over SSH')
      void connection.ended.then((failure) => this.#lost(failure, performance.now() - sinceMs))
      if (!this.#closing.signal.aborted) return connection
      await connection.close()
      throw linkClosed(this.host)
    } catch (thrown) {
      if (!this.#closing.signal.aborted) this.#failed(thrown as TowpathError)
      throw thrown
    }
  }

  #lost(failure: TowpathError, heldMs: number): void {
    if (this.#closing.signal.aborted) return
    this.#options.log.warn({ host: this.name, error: failure.message, heldMs }, 'link to host lost')
    if (heldMs < STEADY_MS) return this.#failed(failure)
    this.#failures = 0
    this.#current = null
    // Sockets of edges lead here again at once, not when somebody next asks.
    this.connection().catch(() => {})
  }

  #failed(failure: TowpathError): void {
    this.#current = null
    this.#lastFailure = failure
    const mostMs = failure.code.startsWith('HOST_KEY_') ? KEY_PAUSE_MS : PAUSE_MAX_MS
    const pauseMs = Math.min(PAUSE_MIN_MS * 2 ** Math.min(this.#failures, 10), mostMs)
    this.#failures += 1
    this.#notBeforeMs = performance.now() + pauseMs
    this.#options.log.warn({ host: this.name, error: failure.message, pauseMs }, 'host not reached over SSH')
  }
}
