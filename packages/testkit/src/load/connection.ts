import { connect, type Socket } from 'node:net'
import { monotonicNowMs } from './load-spec.ts'
import { ResponseReader } from './response-reader.ts'
import type { Ending } from './tally.ts'

/** One request on its way: the bytes to write and whom to tell. */
export interface Errand {
  url: string
  wire: string
  isSlow: boolean
  dueAtMs: number
  ended: (ending: Ending) => void
}

export interface ConnectionEvents {
  /** May carry another request. */
  idle(connection: Connection): void
  /** Never again; may be said twice. */
  gone(connection: Connection): void
}

/**
 * One TCP connection that carries one request at a time. Whatever ends it while a request is on it ends that request
 * as dropped; nothing is ever sent twice.
 */
export class Connection {
  #socket: Socket
  #events: ConnectionEvents
  #errand: Errand | null = null
  #reader = new ResponseReader()
  #answered = 0
  #sentAtMs = 0
  #fault: string | null = null

  constructor(address: { host: string; port: number }, events: ConnectionEvents) {
    this.#events = events
    this.#socket = connect({ ...address, noDelay: true })
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#socket.on('end', () => this.#peerEnded())
    this.#socket.on('error', (fault: NodeJS.ErrnoException) => {
      this.#fault = fault.code ?? fault.message
    })
    this.#socket.once('close', () => this.#closed())
  }

  carry(errand: Errand): void {
    this.#errand = errand
    this.#sentAtMs = monotonicNowMs()
    this.#reader = new ResponseReader()
    this.#socket.write(errand.wire, 'latin1')
  }

  /** Monotonic ms at which the current request was put on this connection; `null` when there is none. */
  get sentAtMs(): number | null {
    return this.#errand === null ? null : this.#sentAtMs
  }

  abandon(fault: string): void {
    this.#fault ??= fault
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    if (this.#errand === null) return this.abandon('MALFORMED')
    const reading = this.#reader.push(chunk)
    if (reading === 'malformed') return this.abandon('MALFORMED')
    if (reading === 'complete') this.#complete()
  }

  #complete(): void {
    const keepAlive = this.#reader.head?.keepAlive === true
    this.#settle(null)
    this.#answered += 1
    if (keepAlive && this.#fault === null) this.#events.idle(this)
    else this.#socket.destroy()
  }

  /** An idle connection that the server closes is no loss; any client sees that before it sends. */
  #peerEnded(): void {
    if (this.#errand === null) this.#events.gone(this)
    else if (this.#reader.end()) this.#settle(null)
  }

  #closed(): void {
    const cut = this.#reader.firstBytes === null ? 'CLOSED' : 'TRUNCATED'
    this.#settle(this.#fault ?? cut)
    this.#events.gone(this)
  }

  #settle(fault: string | null): void {
    const errand = this.#errand
    if (errand === null) return
    this.#errand = null
    const { head, firstBytes } = this.#reader
    errand.ended({
      url: errand.url,
      isSlow: errand.isSlow,
      dueAtMs: errand.dueAtMs,
      endedAtMs: monotonicNowMs(),
      status: head?.status ?? null,
      release: head?.release ?? null,
      fault,
      reused: this.#answered > 0,
      firstBytes: firstBytes?.toString('latin1', 0, 120) ?? '',
    })
  }
}
