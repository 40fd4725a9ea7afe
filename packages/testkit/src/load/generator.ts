import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionPool } from './connection-pool.ts'
import { KeptStreams } from './kept-streams.ts'
import { monotonicNowMs, type LoadReport, type LoadSpec } from './load-spec.ts'
import { Tally } from './tally.ts'
import { rotation, wireRequest, type WireRequest } from './target-rotation.ts'

const tickMs = 2
const slowConnectionsMax = 1_000

/**
 * Open-loop load in this process: a request is due by the clock, whatever became of those before it. Due times that a
 * busy machine missed are caught up, and their latency counts from when they were due.
 */
export class LoadGenerator {
  #spec: LoadSpec
  #timeoutMs: number
  #startedAtMs = monotonicNowMs()
  #tally = new Tally(this.#startedAtMs)
  #pools = new Map<string, ConnectionPool>()
  #next: () => WireRequest
  #slow: WireRequest | null
  #streams: KeptStreams[]
  #paced = 0
  #slowSent = 0
  #timer: NodeJS.Timeout
  #expiry: NodeJS.Timeout

  constructor(spec: LoadSpec) {
    this.#spec = spec
    this.#timeoutMs = spec.timeoutMs ?? 15_000
    this.#next = rotation(
      spec.targets.map((target) => ({ value: wireRequest(target), weight: target.weight ?? 1 })),
    )
    this.#slow = spec.slow === undefined ? null : wireRequest(spec.slow)
    const facts = { startedAtMs: this.#startedAtMs, timeoutMs: this.#timeoutMs }
    this.#streams = (spec.streams ?? []).map((target) => new KeptStreams(target, facts))
    this.#timer = setInterval(() => this.#tick(), tickMs)
    this.#expiry = setInterval(() => this.#expire(), 50)
  }

  report(): LoadReport {
    const opened = [...this.#pools.values()].reduce((sum, pool) => sum + pool.opened, 0)
    const nowMs = monotonicNowMs()
    return {
      ...this.#tally.report(nowMs, opened),
      streams: this.#streams.map((streams) => streams.report(nowMs)),
    }
  }

  /** Sends no more, lets what is in flight finish within the time a request has, reports, and ends its streams. */
  async stop(): Promise<LoadReport> {
    clearInterval(this.#timer)
    this.#tally.pacingEnded(monotonicNowMs())
    const deadline = monotonicNowMs() + this.#timeoutMs + 500
    while (this.report().inFlight > 0 && monotonicNowMs() < deadline) await sleep(5)
    clearInterval(this.#expiry)
    const report = this.report()
    for (const pool of this.#pools.values()) pool.close()
    for (const streams of this.#streams) streams.close()
    return report
  }

  #tick(): void {
    const elapsedMs = monotonicNowMs() - this.#startedAtMs
    const { ratePerSecond, slow } = this.#spec
    for (; this.#paced < (elapsedMs * ratePerSecond) / 1_000; this.#paced += 1) {
      this.#send(this.#next(), { isSlow: false, dueInMs: (this.#paced * 1_000) / ratePerSecond })
    }
    if (slow === undefined || this.#slow === null) return
    for (; this.#slowSent < elapsedMs / slow.everyMs; this.#slowSent += 1) {
      this.#send(this.#slow, { isSlow: true, dueInMs: this.#slowSent * slow.everyMs })
    }
  }

  #send(
    { url, wire, address }: WireRequest,
    { isSlow, dueInMs }: { isSlow: boolean; dueInMs: number },
  ): void {
    this.#tally.sent(isSlow)
    this.#pool(address, isSlow).carry({
      url,
      wire,
      isSlow,
      dueAtMs: this.#startedAtMs + dueInMs,
      ended: (ending) => this.#tally.ended(ending),
    })
  }

  #pool(address: string, isSlow: boolean): ConnectionPool {
    const key = `${address} ${isSlow}`
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    const [host = '', port = ''] = address.split(/:(?=\d+$)/)
    const limit = isSlow ? slowConnectionsMax : this.#spec.connections
    const pool = new ConnectionPool({ host: host.replaceAll(/[[\]]/g, ''), port: Number(port) }, limit)
    this.#pools.set(key, pool)
    return pool
  }

  #expire(): void {
    const beforeMs = monotonicNowMs() - this.#timeoutMs
    for (const pool of this.#pools.values()) pool.expire(beforeMs)
  }
}
