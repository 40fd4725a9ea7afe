import type { TrafficCount } from '../signal/traffic.ts'
import { latencyBucket } from '../signal/traffic.ts'
import type { VerdictBudget } from './budget.ts'
import { compareRound, readComparison } from './comparison.ts'
import type { Comparison, ComparisonReading } from './comparison.ts'
import type { Round, Sides } from './sides.ts'

/** Simulated traffic for the tests of verdicts. Chance comes from the seeded generator that is handed in. */
export type Random = () => number

/** One number of a normal distribution, mean 0 and deviation 1. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** How many of `trials` succeed. Exact: it walks from success to success, by gaps that are geometric. */
export function binomial(random: Random, trials: number, chance: number): number {
  if (trials <= 0 || chance <= 0) return 0
  if (chance >= 1) return trials
  if (chance > 0.5) return trials - binomial(random, trials, 1 - chance)
  const logMiss = Math.log1p(-chance)
  let [successes, at] = [0, 0]
  for (;;) {
    at += Math.floor(Math.log(1 - random()) / logMiss) + 1
    if (at > trials) return successes
    successes += 1
  }
}

/** How many arrive where so many are expected (Poisson): exact for few, by the normal distribution for many. */
export function arrivals(random: Random, expected: number): number {
  if (expected > 50) return Math.max(0, Math.round(expected + Math.sqrt(expected) * normal(random)))
  const limit = Math.exp(-expected)
  let count = -1
  for (let product = 1; product > limit; product *= random()) count += 1
  return Math.max(0, count)
}

/** Time until an answer begins, in ms. */
export type Latency = (random: Random) => number

export const lognormal =
  (medianMs: number, spread: number): Latency =>
  (random) =>
    medianMs * Math.exp(spread * normal(random))

/** Mostly the first, now and then a very long one: a Pareto tail without a variance. */
export const paretoMixture =
  (body: Latency, { share, fromMs, shape }: { share: number; fromMs: number; shape: number }): Latency =>
  (random) =>
    random() < share ? fromMs * (1 - random()) ** (-1 / shape) : body(random)

/** Buckets of many latencies, all of them `times` as long: drawing one of these is quick. */
export const latencyTable = (random: Random, latency: Latency, times = 1): readonly number[] =>
  Array.from({ length: 20_000 }, () => latencyBucket(latency(random) * times))

export interface SideTraffic {
  requestsPerSecond: number
  errorRatio: number
  /** From `latencyTable`. Left out: no latencies are drawn. */
  latency?: readonly number[]
}

/** How long, and by how many buckets all latencies are longer in that time. */
export interface Span {
  seconds: number
  busyBuckets?: number
}

/** One side's traffic of some seconds. */
export function drawTraffic(
  random: Random,
  { requestsPerSecond, errorRatio, latency }: SideTraffic,
  { seconds, busyBuckets = 0 }: Span,
): TrafficCount {
  const requests = arrivals(random, requestsPerSecond * seconds)
  const buckets = latency === undefined ? {} : drawLatencies(random, latency, { requests, busyBuckets })
  return { requests, errors: binomial(random, requests, errorRatio), latency: buckets }
}

export function drawLatencies(
  random: Random,
  table: readonly number[],
  { requests, busyBuckets = 0 }: { requests: number; busyBuckets?: number },
): Record<number, number> {
  const counts: number[] = []
  for (let request = 0; request < requests; request += 1) {
    const bucket = (table[Math.floor(random() * table.length)] ?? 0) + busyBuckets
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  const buckets: Record<number, number> = {}
  for (const [bucket, count] of counts.entries()) if (count !== undefined) buckets[bucket] = count
  return buckets
}

/** One round of both sides at the same time. */
export const drawRound = (random: Random, sides: Sides<SideTraffic>, span: Span): Round<TrafficCount> => ({
  spanMs: span.seconds * 1_000,
  candidate: drawTraffic(random, sides.candidate, span),
  baseline: drawTraffic(random, sides.baseline, span),
})

/** What happened in a bake, by its rounds from 1 on; null: never. */
export interface BakeOutcome {
  failedAt: number | null
  passedAt: number | null
}

export interface Bake {
  start: Comparison
  rounds: number
  draw: (round: number) => Round<TrafficCount>
  budget: VerdictBudget
  /** What counts as a fail or a pass of a reading. */
  saw: (reading: ComparisonReading) => 'fail' | 'pass' | 'neither'
}

/** Looks after every round, and on after a pass: a fail at any look counts. */
export function simulateBake({ start, rounds, draw, budget, saw }: Bake): BakeOutcome {
  let [comparison, passedAt] = [start, null as number | null]
  for (let round = 1; round <= rounds; round += 1) {
    comparison = compareRound(comparison, draw(round), budget)
    const seen = saw(readComparison(comparison, { budget }))
    if (seen === 'fail') return { failedAt: round, passedAt }
    if (seen === 'pass') passedAt ??= round
  }
  return { failedAt: null, passedAt }
}
