import { LatencyHistogram } from './latency-histogram.ts'
import type { FailureSample, LoadReport, Outcome, ReleaseTally } from './load-spec.ts'

/** A request's end as the connection saw it. `status` is set when a head arrived, `fault` when no complete answer did. */
export interface Ending {
  url: string
  isSlow: boolean
  dueAtMs: number
  endedAtMs: number
  status: number | null
  release: string | null
  fault: string | null
  reused: boolean
  firstBytes: string
}

const samplesMax = 100
const samplesPerKindMax = 20

/** Counts every request exactly once. No clock of its own: times come with what is counted. */
export class Tally {
  #startedAtMs: number
  #sent = 0
  #total = { ok: 0, failed: 0, dropped: 0, unsent: 0 }
  #slow = { sent: 0, ok: 0, failed: 0, dropped: 0 }
  #byRelease: Record<string, ReleaseTally> = {}
  #latency = new LatencyHistogram()
  #lastGoodAtMs: number
  #pacedUntilMs = Infinity
  #longestGap: LoadReport['longestGap']
  #samples: FailureSample[] = []
  #sampleKinds = new Map<string, number>()

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs
    this.#lastGoodAtMs = startedAtMs
    this.#longestGap = { ms: 0, fromMs: startedAtMs, toMs: startedAtMs }
  }

  sent(isSlow: boolean): void {
    this.#sent += 1
    if (isSlow) this.#slow.sent += 1
  }

  /** The last paced request was due now: silence from here on is no gap. */
  pacingEnded(atMs: number): void {
    this.#pacedUntilMs = atMs
  }

  ended(ending: Ending): void {
    const outcome = outcomeOf(ending)
    this.#total[outcome] += 1
    if (outcome === 'unsent') return
    if (ending.isSlow) this.#slow[outcome] += 1
    else if (outcome !== 'dropped') this.#latency.add(ending.endedAtMs - ending.dueAtMs)
    if (outcome === 'ok' && (ending.status ?? 0) < 300) this.#good(ending.endedAtMs)
    this.#countRelease(outcome, ending)
    if (outcome !== 'ok') this.#sample(outcome, ending)
  }

  /** The counts of requests at `nowMs`; a gap that still lasts counts up to then. */
  report(nowMs: number, connectionsOpened: number): Omit<LoadReport, 'streams'> {
    const { ok, failed, dropped, unsent } = this.#total
    return {
      startedAtMs: this.#startedAtMs,
      takenAtMs: nowMs,
      sent: this.#sent,
      ok,
      failed,
      dropped,
      unsent,
      inFlight: this.#sent - ok - failed - dropped - unsent,
      byRelease: structuredClone(this.#byRelease),
      latencyMs: {
        p50: this.#latency.quantile(0.5),
        p99: this.#latency.quantile(0.99),
        max: this.#latency.maxMs,
      },
      longestGap: longer(this.#longestGap, this.#lastGoodAtMs, Math.min(nowMs, this.#pacedUntilMs)),
      slow: { ...this.#slow },
      connectionsOpened,
      samples: [...this.#samples],
    }
  }

  #good(atMs: number): void {
    this.#longestGap = longer(this.#longestGap, this.#lastGoodAtMs, Math.min(atMs, this.#pacedUntilMs))
    this.#lastGoodAtMs = atMs
  }

  #countRelease(outcome: Exclude<Outcome, 'unsent'>, { release, status, fault, endedAtMs }: Ending): void {
    const tally = (this.#byRelease[release ?? 'unknown'] ??= {
      ok: 0,
      failed: 0,
      dropped: 0,
      byStatus: {},
      firstAnswerAtMs: endedAtMs,
      lastAnswerAtMs: endedAtMs,
    })
    tally[outcome] += 1
    tally.lastAnswerAtMs = endedAtMs
    const key = fault ?? String(status)
    tally.byStatus[key] = (tally.byStatus[key] ?? 0) + 1
  }

  #sample(outcome: FailureSample['outcome'], ending: Ending): void {
    const { url, status, fault, reused, firstBytes, release, endedAtMs } = ending
    const kind = `${release}/${status}/${fault}`
    const seen = this.#sampleKinds.get(kind) ?? 0
    if (seen >= samplesPerKindMax || this.#samples.length >= samplesMax) return
    this.#sampleKinds.set(kind, seen + 1)
    const sample = {
      atMs: endedAtMs,
      outcome,
      url,
      release: release ?? 'unknown',
      status,
      fault,
      reused,
      firstBytes,
    }
    this.#samples.push(sample)
  }
}

const outcomeOf = ({ status, fault }: Ending): Outcome => {
  if (fault === 'UNSENT') return 'unsent'
  if (fault !== null || status === null) return 'dropped'
  return status >= 200 && status < 400 ? 'ok' : 'failed'
}

const longer = (gap: LoadReport['longestGap'], fromMs: number, toMs: number): LoadReport['longestGap'] =>
  toMs - fromMs > gap.ms ? { ms: toMs - fromMs, fromMs, toMs } : gap
