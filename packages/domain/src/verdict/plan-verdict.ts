import type { TrafficCount } from '../signal/traffic.ts'
import { alarmShare, missShare } from './budget.ts'
import type { ComparisonMode, VerdictBudget } from './budget.ts'
import { burstMax, effectSizes, expectedRatio, soundGuesses, worseRatio } from './errors/error-bets.ts'
import { boundsBefore } from './errors/errors-after-switch.ts'
import { cutGroups, cuts, requestsIn } from './latency/buckets.ts'
import { latencyOdds, stallMax } from './latency/latency-bets.ts'
import { notSlowGrowth, slowGrowth } from './latency/latency-growth.ts'
import { blockMin } from './sides.ts'
import { differenceGrowth } from './statistic/difference-evidence.ts'
import { noGrowth, ratioGrowth, sidesInformation } from './statistic/information.ts'
import type { Growth } from './statistic/information.ts'

/** What is known before a bake. */
export interface ExpectedTraffic {
  mode: ComparisonMode
  /** Of both sides together. */
  requestsPerSecond: number
  /** Share of the requests that the candidate gets, above 0 and below 1; 1 in the mode `sequential`. */
  weight: number
  /**
   * The service as it is: its error ratio and its latencies. In the mode `sequential` these are the counts that the
   * candidate is compared with, so their number matters too.
   */
  baseline: TrafficCount
}

/** Requests of the candidate, and the time they take. */
export interface Forecast {
  requests: number
  durationMs: number
}

/**
 * When a signal is decided: `fail` for a candidate that is worse by the planned effect, `pass` for one that is like
 * the baseline. Null: noGrowth, at this traffic.
 */
export interface SignalForecast {
  fail: Forecast | null
  pass: Forecast | null
}

export interface VerdictPlan {
  errors: SignalForecast
  /** Null where no latency of the baseline is known. */
  latency: SignalForecast | null
  /** When a sound candidate has passed or a bad one has failed, whichever takes longest; null: maybe never. */
  decided: Forecast | null
}

/**
 * How long a verdict takes. A rule of thumb checked by simulation: 95% of bakes at the planned effect have failed
 * within twice the forecast, at any traffic and weight. In the mode `sequential` a signal that is bad may still need
 * a second one.
 */
export function planVerdict(traffic: ExpectedTraffic, budget: VerdictBudget): VerdictPlan {
  const errors = planErrors(traffic, budget)
  const latency = requestsIn(traffic.baseline.latency) === 0 ? null : planLatency(traffic, budget)
  const all = [errors.fail, errors.pass, ...(latency === null ? [null] : [latency.fail, latency.pass])]
  return { errors, latency, decided: all.reduce(longer) }
}

const longer = (one: Forecast | null, other: Forecast | null): Forecast | null => {
  if (one === null || other === null) return null
  return one.requests > other.requests ? one : other
}

function planErrors(traffic: ExpectedTraffic, budget: VerdictBudget): SignalForecast {
  const { mode, baseline } = traffic
  const counted = { count: baseline.errors, of: baseline.requests }
  const ratio = baseline.requests === 0 ? expectedRatio(counted) : baseline.errors / baseline.requests
  const worse = worseRatio(ratio, budget.errors.worseBy)
  const fail = Math.log(alarmShare(mode, budget).needed * effectSizes.length)
  const pass = Math.log(missShare(mode, budget).needed * (mode === 'concurrent' ? soundGuesses.length : 1))
  const least = Math.max(budget.errors.count / worse, blocksFor(traffic, fail / burstMax))
  return {
    fail: forecast(traffic, { log: fail, growth: worseGrowth(traffic, { ratio, worse }, budget), least }),
    pass: forecast(traffic, { log: pass, growth: soundGrowth(traffic, ratio, budget), least: 0 }),
  }
}

function worseGrowth(
  { mode, weight, baseline }: ExpectedTraffic,
  { ratio, worse }: { ratio: number; worse: number },
  budget: VerdictBudget,
): Growth {
  if (mode === 'sequential') {
    const { atMost } = boundsBefore({ count: baseline.errors, of: baseline.requests }, budget)
    return worse > atMost ? ratioGrowth(worse, atMost) : noGrowth
  }
  const markedSuspect = weight * worse
  const marked = markedSuspect + (1 - weight) * ratio
  return sidesInformation({ suspect: weight, other: 1 - weight, marked, markedSuspect }, weight)
}

function soundGrowth(
  { mode, weight, baseline }: ExpectedTraffic,
  ratio: number,
  budget: VerdictBudget,
): Growth {
  const counted = { count: baseline.errors, of: baseline.requests }
  if (mode === 'sequential') {
    const { tooMany } = boundsBefore(counted, budget)
    return tooMany > ratio ? ratioGrowth(ratio, tooMany) : noGrowth
  }
  const bet = { bet: Math.max(ratio, 1e-6), worseBy: budget.errors.worseBy }
  return differenceGrowth({ candidate: weight, baseline: 1 - weight }, bet)
}

function planLatency(traffic: ExpectedTraffic, budget: VerdictBudget): SignalForecast {
  const { mode, weight, baseline } = traffic
  const expected = { mode, weight, baseline: baseline.latency }
  const fail = Math.log(alarmShare(mode, budget).needed * cuts.length * latencyOdds.length)
  const groupSize = cuts.length / cutGroups.length
  const pass = Math.log(missShare(mode, budget).needed * groupSize * latencyOdds.length)
  return {
    fail: forecast(traffic, {
      log: fail,
      growth: slowGrowth(expected, budget),
      least: blocksFor(traffic, (2 * fail) / stallMax),
    }),
    pass: forecast(traffic, { log: pass, growth: notSlowGrowth(expected, budget), least: 0 }),
  }
}

/** Requests of both sides that are compared at once. After a switch only the totals count. */
const blockOf = ({ mode, weight }: Pick<ExpectedTraffic, 'mode' | 'weight'>): number =>
  mode === 'sequential' ? 1 : Math.max(blockMin.both, blockMin.side / weight, blockMin.side / (1 - weight))

/** Requests of the candidate in so many blocks: no block proves more than its cap, however bad it is. */
const blocksFor = ({ mode, weight }: ExpectedTraffic, blocks: number): number =>
  mode === 'sequential' ? 0 : Math.ceil(blocks) * blockOf({ mode, weight }) * weight

/** Deviations of a normal distribution within which 97 to 98 of 100 lie on one side: a little to spare. */
const surely = 1.96

/**
 * Requests until evidence that grows like this reaches `log`: on average, or half of what 95 of 100 bakes need where
 * that is more. Blocks lose one request's worth each, and the last one must be full.
 */
function forecast(
  { mode, requestsPerSecond, weight }: ExpectedTraffic,
  { log, growth, least }: { log: number; growth: Growth; least: number },
): Forecast | null {
  if (growth.mean <= 0 || requestsPerSecond <= 0 || weight <= 0) return null
  const block = blockOf({ mode, weight })
  const mean = mode === 'sequential' ? growth.mean : growth.mean * (1 - 1 / block)
  const spread = surely * Math.sqrt(growth.variance)
  const nearlyAll = ((spread + Math.sqrt(spread ** 2 + 4 * mean * log)) / (2 * mean)) ** 2
  const requests = Math.ceil(Math.max(log / mean, nearlyAll / 2, least) + block * weight)
  return { requests, durationMs: Math.ceil((requests / (requestsPerSecond * weight)) * 1_000) }
}
