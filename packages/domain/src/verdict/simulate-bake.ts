import type { TrafficCount } from '../signal/traffic.ts'
import { latencyBucket } from '../signal/traffic.ts'
import type { Sides } from './sides.ts'

/** Simulated traffic for the tests of verdicts. Chance comes from the seeded generator that is handed in. */
export type Random = () => number

/** One number of a normal distribution, mean 0 and deviation 1. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/**
 * How many of `trials` succeed. Exact: by the gaps between successes where they are few, else by splitting the trials
 * at the median of a beta variable would be needed; here large and not rare counts are drawn one part at a time.
 */
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

export interface SideTraffic {
  requestsPerSecond: number
  errorRatio: number
  /** Left out: no latencies are drawn. */
  latency?: Latency
}

/** One side's traffic of some seconds. `slowness` multiplies all its latencies. */
export function drawTraffic(
  random: Random,
  { requestsPerSecond, errorRatio, latency }: SideTraffic,
  { seconds, slowness = 1 }: { seconds: number; slowness?: number },
): TrafficCount {
  const requests = arrivals(random, requestsPerSecond * seconds)
  const buckets: Record<number, number> = {}
  for (let request = 0; latency !== undefined && request < requests; request += 1) {
    const bucket = latencyBucket(latency(random) * slowness)
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  return { requests, errors: binomial(random, requests, errorRatio), latency: buckets }
}

/** One round of both sides at the same time. */
export const drawRound = (
  random: Random,
  sides: Sides<SideTraffic>,
  span: { seconds: number; slowness?: number },
): Sides<TrafficCount> => ({
  candidate: drawTraffic(random, sides.candidate, span),
  baseline: drawTraffic(random, sides.baseline, span),
})
