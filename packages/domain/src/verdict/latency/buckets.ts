import { bucketLimitMs, latencyBucket } from '../../signal/traffic.ts'
import type { VerdictBudget } from '../budget.ts'
import type { Sides } from '../sides.ts'
import type { Block } from '../statistic/odds-evidence.ts'

/** Requests by bucket of their latency, sparse; see `latencyBucket`. */
export type Buckets = Record<number, number>

/** Where latencies are cut: half of the requests, and the slow tenth. */
export const cuts: readonly number[] = [0.5, 0.9]

export const requestsIn = (buckets: Buckets): number =>
  Object.values(buckets).reduce((sum, count) => sum + count, 0)

export function addBuckets(one: Buckets, other: Buckets): Buckets {
  const sum = { ...one }
  for (const [bucket, count] of Object.entries(other))
    sum[Number(bucket)] = (sum[Number(bucket)] ?? 0) + count
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
  for (const [bucket, count] of Object.entries(buckets)) {
    const to = slowerBucket(Number(bucket), budget)
    slower[to] = (slower[to] ?? 0) + count
  }
  return slower
}

/**
 * Cuts both sides at one latency and marks what is slower: the cut whose marked share of both sides together is
 * nearest to `1 - quantile`, and that marks something if any cut does. It is chosen without regard to the sides, so under "no slower" marks fall by size alone.
 */
export function markSlower(sides: Sides<Buckets>, quantile: number, suspect: keyof Sides<unknown>): Block {
  const other = suspect === 'candidate' ? 'baseline' : 'candidate'
  const both = addBuckets(sides.candidate, sides.baseline)
  const total = requestsIn(both)
  const wanted = (1 - quantile) * total
  let [above, marked, cut] = [total, 0, Number.POSITIVE_INFINITY]
  for (const [bucket, count] of inOrder(both)) {
    above -= count
    const isNearer = marked === 0 || Math.abs(above - wanted) < Math.abs(marked - wanted)
    if (above > 0 && isNearer) [marked, cut] = [above, bucket]
  }
  return {
    suspect: requestsIn(sides[suspect]),
    other: requestsIn(sides[other]),
    marked,
    markedSuspect: requestsAbove(sides[suspect], cut),
  }
}

/** Requests in buckets above this one. */
export function requestsAbove(buckets: Buckets, cut: number): number {
  let above = 0
  for (const [bucket, count] of Object.entries(buckets)) if (Number(bucket) > cut) above += count
  return above
}

/** Keys that are whole numbers come in their order. */
const inOrder = (buckets: Buckets): [number, number][] =>
  Object.entries(buckets).map(([bucket, count]) => [Number(bucket), count])
