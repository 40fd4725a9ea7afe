import { Connection, type Errand } from './connection.ts'
import { monotonicNowMs } from './load-spec.ts'

/** Requests that wait in line at most; the rest are dropped as `OVERFLOW`, so that a long outage cannot eat the memory. */
const waitingMax = 50_000

/** Keep-alive connections to one address. Requests take an idle one, a new one below the limit, or wait in line. */
export class ConnectionPool {
  opened = 0
  #address: { host: string; port: number }
  #limit: number
  #idle: Connection[] = []
  #all = new Set<Connection>()
  #waiting: Errand[] = []

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

  /** Drops what was due before `dueBeforeMs` and still has no complete answer. */
  expire(dueBeforeMs: number): void {
    for (const connection of this.#all) {
      if ((connection.dueAtMs ?? Infinity) < dueBeforeMs) connection.abandon('TIMEOUT')
    }
    const late = this.#waiting.findIndex((errand) => errand.dueAtMs >= dueBeforeMs)
    for (const errand of this.#waiting.splice(0, late === -1 ? this.#waiting.length : late))
      drop(errand, 'TIMEOUT')
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
