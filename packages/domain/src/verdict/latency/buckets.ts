import { bucketLimitMs, latencyBucket } from '../../signal/traffic.ts'
import type { VerdictBudget } from '../budget.ts'
import type { Sides } from '../sides.ts'
import type { Block } from '../statistic/odds-evidence.ts'

/** Requests by bucket of their latency, sparse; see `latencyBucket`. */
export type Buckets = Record<number, number>

/**
 * Where latencies are cut: the body, and the slow tail. Several cuts each, because a service that answers in a few
 * regular times, such as from a cache or not, can look the same at any single one.
 */
export const cutGroups: readonly (readonly number[])[] = [
  [0.35, 0.5, 0.65],
  [0.85, 0.9, 0.95],
]

export const cuts: readonly number[] = cutGroups.flat()

export function requestsIn(buckets: Buckets): number {
  let sum = 0
  for (const bucket in buckets) sum += buckets[bucket] ?? 0
  return sum
}

export function addBuckets(one: Buckets, other: Buckets): Buckets {
  const sum = { ...one }
  for (const bucket in other) sum[bucket] = (sum[bucket] ?? 0) + (other[bucket] ?? 0)
  return sum
}

/**
 * Bucket of a latency of this bucket once it is slower by the planned effect: both `times` as long and `slowerMs`
 * longer. Taken from the bucket's lower end and rounded down, so it is never too slow: excluding it excludes no less
 * than the effect.
 */
export function slowerBucket(bucket: number, { latency }: VerdictBudget): number {
  const lowerMs = bucket === 0 ? 0 : bucketLimitMs(bucket - 1)
  return latencyBucket(Math.max(lowerMs * latency.times, lowerMs + latency.slowerMs))
}

export function slowerBuckets(buckets: Buckets, budget: VerdictBudget): Buckets {
  const slower: Buckets = {}
  for (const bucket in buckets) {
    const to = slowerBucket(Number(bucket), budget)
    slower[to] = (slower[to] ?? 0) + (buckets[bucket] ?? 0)
  }
  return slower
}

/**
 * Cuts both sides at one latency and marks what is slower, once for each of the given cuts: the cut whose marked share of both
 * sides together is nearest to what the quantile leaves above it, and that marks something if any cut does. It is
 * chosen without regard to the sides, so under "no slower" marks fall by size alone.
 */
export function markSlower(
  sides: Sides<Buckets>,
  suspect: keyof Sides<unknown>,
  at: readonly number[] = cuts,
): Block[] {
  const other = suspect === 'candidate' ? 'baseline' : 'candidate'
  const both = addBuckets(sides.candidate, sides.baseline)
  const sizes = { suspect: requestsIn(sides[suspect]), other: requestsIn(sides[other]) }
  return at.map((quantile) => {
    const { marked, cut } = nearestCut(both, quantile)
    return { ...sizes, marked, markedSuspect: requestsAbove(sides[suspect], cut) }
  })
}

/** Keys that are whole numbers come in their order. The last bucket has nothing above it, so it never marks. */
function nearestCut(both: Buckets, quantile: number): { marked: number; cut: number } {
  const total = requestsIn(both)
  const wanted = (1 - quantile) * total
  let [above, marked, cut] = [total, 0, Number.POSITIVE_INFINITY]
  for (const bucket in both) {
    above -= both[bucket] ?? 0
    if (above <= tooLittle) break
    if (marked === 0 || Math.abs(above - wanted) < Math.abs(marked - wanted))
      [marked, cut] = [above, Number(bucket)]
  }
  return { marked, cut }
}

/** Shares that are summed up do not end at zero exactly. */
const tooLittle = 1e-9

/** Requests in buckets above this one. */
export function requestsAbove(buckets: Buckets, cut: number): number {
  let above = 0
  for (const bucket in buckets) if (Number(bucket) > cut) above += buckets[bucket] ?? 0
  return above
}
