import { Connection, type Errand } from './connection.ts'
import { monotonicNowMs } from './load-spec.ts'

/** Requests that wait in line at most; the rest are dropped as `OVERFLOW`, so that a long outage cannot eat the memory. */
const waitingMax = 50_000

/** A line moves while an answer came this recently: then those who wait too long wait for the client, not for the server. */
const movesWithinMs = 2_000

/** Keep-alive connections to one address. Requests take an idle one, a new one below the limit, or wait in line. */
export class ConnectionPool {
  opened = 0
  #address: { host: string; port: number }
  #limit: number
  #idle: Connection[] = []
  #all = new Set<Connection>()
  #waiting: Errand[] = []
  #movedAtMs = Number.NEGATIVE_INFINITY

  constructor(address: { host: string; port: number }, limit: number) {
    this.#address = address
    this.#limit = limit
  }

  carry(errand: Errand): void {
    const idle = this.#idle.shift()
    if (idle !== undefined) idle.carry(errand)
    else if (this.#all.size < this.#limit) this.#open().carry(errand)
    else if (this.#waiting.length < waitingMax) this.#waiting.push(errand)
    else drop(errand, 'OVERFLOW')
  }

  /**
   * Drops what was put on a connection before `beforeMs` and still has no complete answer. What has been due since then
   * and still waits in line was never sent: where the line moves that is `UNSENT`, a load that this machine could not
   * offer; where nothing is answered any more it is dropped like those ahead of it.
   */
  expire(beforeMs: number): void {
    for (const connection of this.#all) {
      if ((connection.sentAtMs ?? Infinity) < beforeMs) connection.abandon('TIMEOUT')
    }
    const late = this.#waiting.findIndex((errand) => errand.dueAtMs >= beforeMs)
    const moves = monotonicNowMs() - this.#movedAtMs < movesWithinMs
    for (const errand of this.#waiting.splice(0, late === -1 ? this.#waiting.length : late))
      drop(errand, moves ? 'UNSENT' : 'TIMEOUT')
  }

  close(): void {
    for (const connection of this.#all) connection.abandon('UNFINISHED')
    for (const errand of this.#waiting.splice(0)) drop(errand, 'UNFINISHED')
  }

  #open(): Connection {
    this.opened += 1
    const connection = new Connection(this.#address, {
      idle: (free) => this.#next(free),
      gone: (dead) => this.#forget(dead),
    })
    this.#all.add(connection)
    return connection
  }

  #next(free: Connection): void {
    this.#movedAtMs = monotonicNowMs()
    const errand = this.#waiting.shift()
    if (errand === undefined) this.#idle.push(free)
    else free.carry(errand)
  }

  #forget(dead: Connection): void {
    this.#all.delete(dead)
    const at = this.#idle.indexOf(dead)
    if (at !== -1) this.#idle.splice(at, 1)
    const errand = this.#waiting.shift()
    if (errand !== undefined) this.#open().carry(errand)
  }
}

const drop = (errand: Errand, fault: string): void =>
  errand.ended({
    url: errand.url,
    isSlow: errand.isSlow,
    dueAtMs: errand.dueAtMs,
    endedAtMs: monotonicNowMs(),
    status: null,
    release: null,
    fault,
    reused: false,
    firstBytes: '',
  })
