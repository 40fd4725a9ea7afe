import { latencyQuantileMs } from '../../signal/traffic.ts'
import type { TrafficCount } from '../../signal/traffic.ts'
import { alarmShare, missShare } from '../budget.ts'
import type { ComparisonMode, VerdictBudget } from '../budget.ts'
import type { Signal } from '../decide-verdict.ts'
import { signalOf } from '../errors/read-errors.ts'
import { findingOf, moreRequests } from '../reading.ts'
import type { Finding } from '../reading.ts'
import { bothSides } from '../sides.ts'
import type { Sides } from '../sides.ts'
import { meanEvidence } from '../statistic/evidence.ts'
import { requestsIn } from './buckets.ts'
import { latencyAfterSwitch } from './latency-after-switch.ts'
import type { LatencyBets } from './latency-bets.ts'
import { notSlowGrowth } from './latency-growth.ts'

/** Latencies of both sides with what they prove. */
export interface LatencyReading {
  signal: Signal
  candidate: LatencyCount
  baseline: LatencyCount
  slow: Finding
  sound: Finding
  /** Answered requests of the candidate still needed to prove it sound, if it is; null where none are or nobody can say. */
  moreRequests: number | null
}

export interface LatencyCount {
  /** Requests with a latency; streams have none. */
  requests: number
  p50Ms: number | null
  p95Ms: number | null
}

/** Reads latencies. `bets` are null in the mode `sequential`, where the totals say everything. */
export function readLatency(
  totals: Sides<TrafficCount>,
  bets: LatencyBets | null,
  budget: VerdictBudget,
): LatencyReading {
  const mode: ComparisonMode = bets === null ? 'sequential' : 'concurrent'
  const buckets = bothSides(totals, ({ latency }) => latency)
  const logs = bets ?? latencyAfterSwitch(buckets, budget)
  const slow = findingOf(meanEvidence(logs.slow), alarmShare(mode, budget).needed)
  const soundLog = Math.min(...logs.sound.map(meanEvidence))
  const { needed } = missShare(mode, budget)
  const sound = findingOf(soundLog, needed)
  const { candidate, baseline } = bothSides(totals, countOf)
  const isAlone = mode === 'sequential' && baseline.requests === 0
  const signal: Signal = isAlone
    ? 'not-applicable'
    : signalOf(slow.found && isMuchSlower({ candidate, baseline }, budget), sound.found)
  const weight = candidate.requests / (candidate.requests + baseline.requests)
  const canSay = candidate.requests > 0 && baseline.requests > 0
  const growth = () => notSlowGrowth({ mode, baseline: buckets.baseline, weight }, budget).mean
  return {
    signal,
    candidate,
    baseline,
    slow,
    sound,
    moreRequests: signal === 'unknown' && canSay ? moreRequests(soundLog, needed, growth()) : null,
  }
}

const countOf = (traffic: TrafficCount): LatencyCount => ({
  requests: requestsIn(traffic.latency),
  p50Ms: shownMs(latencyQuantileMs(traffic, 0.5)),
  p95Ms: shownMs(latencyQuantileMs(traffic, 0.95)),
})

const shownMs = (ms: number | null): number | null => (ms === null ? null : Number(ms.toPrecision(3)))

/** Either quantile is worse by enough, in ratio and in ms. */
function isMuchSlower({ candidate, baseline }: Sides<LatencyCount>, { latency }: VerdictBudget): boolean {
  const pairs = [
    [candidate.p50Ms, baseline.p50Ms],
    [candidate.p95Ms, baseline.p95Ms],
  ] as const
  return pairs.some(
    ([slower, than]) =>
      slower !== null &&
      than !== null &&
      slower >= than * Math.sqrt(latency.times) &&
      slower - than >= latency.slowerMs,
  )
}
