import { noTraffic } from '../signal/traffic.ts'
import type { TrafficCount } from '../signal/traffic.ts'
import { defaultBudget } from './budget.ts'
import type { Signal } from './decide-verdict.ts'
import { startComparison } from './comparison.ts'
import { planVerdict } from './plan-verdict.ts'
import {
  latencyTable,
  drawLatencies,
  drawRound,
  drawTraffic,
  lognormal,
  paretoMixture,
  simulateBake,
} from './simulate-bake.ts'
import type { BakeOutcome, Latency, Random } from './simulate-bake.ts'

/** One kind of bake, for the simulations behind the promises. */
export interface Cell {
  requestsPerSecond: number
  weight: number
  errorRatio: number
}

/** The traffic that the promises are tested on. */
export const cells: readonly Cell[] = [0, 0.001, 0.01, 0.05].flatMap((errorRatio) =>
  [1, 10, 100, 1_000].flatMap((requestsPerSecond) =>
    [0.05, 0.2, 0.5].map((weight) => ({ requestsPerSecond, weight, errorRatio })),
  ),
)

export const cellName = ({ requestsPerSecond, weight, errorRatio }: Cell): string =>
  `${requestsPerSecond}/s, weight ${weight * 100}%, errors ${errorRatio * 100}%`

/** Looks of a bake, spread over twice the forecast. */
const looks = 30
/** Fewer, as a look at latencies takes longer. */
const latencyLooks = 20

/** A bake of errors alone, both sides at once, for twice the forecast of `until`. `worseBy` is the true effect. */
export function bakeErrors(
  random: Random,
  { requestsPerSecond, weight, errorRatio }: Cell,
  { worseBy, until }: { worseBy: number; until: 'fail' | 'pass' },
): BakeOutcome {
  const known = 1_000_000
  const baseline: TrafficCount = { requests: known, errors: known * errorRatio, latency: {} }
  const plan = planVerdict({ mode: 'concurrent', requestsPerSecond, weight, baseline }, defaultBudget)
  const forecastSeconds = (plan.errors[until]?.durationMs ?? 0) / 1_000
  const seconds = Math.max(0.25, (2 * forecastSeconds) / looks)
  const sides = {
    candidate: { requestsPerSecond: requestsPerSecond * weight, errorRatio: errorRatio + worseBy },
    baseline: { requestsPerSecond: requestsPerSecond * (1 - weight), errorRatio },
  }
  return simulateBake({
    start: startComparison({ mode: 'concurrent' }),
    rounds: Math.ceil((2 * forecastSeconds) / seconds),
    draw: () => drawRound(random, sides, { seconds }),
    budget: defaultBudget,
    saw: ({ signals: { errors } }) => seenAs(errors),
  })
}

const seenAs = (signal: Signal): 'fail' | 'pass' | 'neither' => {
  if (signal === 'unknown' || signal === 'not-applicable') return 'neither'
  return signal === 'bad' ? 'fail' : 'pass'
}

/** Bakes after a switch: a candidate that is as good as the `before` counted requests were, errors and latency. */
export function bakeAfterSwitch(
  random: Random,
  { before, errorRatio, latency }: { before: number; errorRatio: number; latency: readonly number[] },
): BakeOutcome {
  const side = { errorRatio, latency }
  const history = drawTraffic(random, { ...side, requestsPerSecond: before }, { seconds: 1 })
  return simulateBake({
    start: startComparison({ mode: 'sequential', before: history }),
    rounds: latencyLooks,
    draw: () => ({
      candidate: drawTraffic(random, { ...side, requestsPerSecond: 25 }, { seconds: 1 }),
      baseline: noTraffic,
    }),
    budget: defaultBudget,
    saw: ({ signals: { errors, latency: slow } }) =>
      seenAs(errors === 'bad' || slow === 'bad' ? 'bad' : slow),
  })
}

/** Latencies that the promises are tested on, by name. The last two have a tail without a variance. */
export const shapes: Readonly<Record<string, Latency>> = {
  'lognormal, narrow': lognormal(300, 0.3),
  'lognormal, usual': lognormal(300, 0.7),
  'lognormal, wide': lognormal(300, 1.2),
  'one in ten of a Pareto tail': paretoMixture(lognormal(250, 0.4), { share: 0.1, fromMs: 800, shape: 1.2 }),
  'fast or slow, with a tail': paretoMixture(lognormal(120, 0.3), { share: 0.4, fromMs: 600, shape: 2 }),
}

export interface LatencyCell {
  weight: number
  /** What latencies are drawn from; the same for a healthy candidate. */
  baseline: readonly number[]
  candidate: readonly number[]
}

/** All kinds of latency bakes, with a candidate whose latencies are `times` as long. */
export function latencyCells(random: Random, times: number): (LatencyCell & { name: string })[] {
  return Object.entries(shapes).flatMap(([shape, latency]) => {
    const baseline = latencyTable(random, latency)
    const candidate = times === 1 ? baseline : latencyTable(random, latency, times)
    return [0.05, 0.2, 0.5].map((weight) => ({
      name: `${shape}, weight ${weight * 100}%`,
      weight,
      baseline,
      candidate,
    }))
  })
}

/**
 * A bake of latencies alone at 20 requests a second, with both sides slowed up to threefold together as in the busy
 * hours, for twice the forecast of `until`.
 */
export function bakeLatency(
  random: Random,
  { weight, baseline, candidate }: LatencyCell,
  until: 'fail' | 'pass',
): BakeOutcome {
  const known = 2_000
  const before = {
    requests: known,
    errors: 0,
    latency: drawLatencies(random, baseline, { requests: known, busyBuckets: 6 }),
  }
  const requestsPerSecond = 20
  const traffic = { mode: 'concurrent', requestsPerSecond, weight, baseline: before } as const
  const plan = planVerdict(traffic, defaultBudget)
  const forecastSeconds = (plan.latency?.[until]?.durationMs ?? 0) / 1_000
  const seconds = (2 * forecastSeconds) / latencyLooks
  const sides = {
    candidate: { errorRatio: 0, requestsPerSecond: requestsPerSecond * weight, latency: candidate },
    baseline: { errorRatio: 0, requestsPerSecond: requestsPerSecond * (1 - weight), latency: baseline },
  }
  return simulateBake({
    start: startComparison({ mode: 'concurrent' }),
    rounds: latencyLooks,
    draw: (round) => drawRound(random, sides, { seconds, busyBuckets: busyBuckets(round) }),
    budget: defaultBudget,
    saw: ({ signals }) => seenAs(signals.latency),
  })
}

/** From none to 12 buckets (three times as long) and back over a bake. */
const busyBuckets = (round: number): number =>
  Math.round(6 - 6 * Math.cos((2 * Math.PI * round) / latencyLooks))
