/**
 * Requests of one release over a span of time, as the edge saw them from outside: no instrumentation in the service.
 * - `errors`: answers of status 5xx, and requests to which the service gave no complete answer. A client that went away
 *   counts as a request and is no error.
 * - `latency`: requests by bucket of the time until the answer began, sparse; see `latencyBucket`. Streams and requests
 *   that never got an answer are in no bucket.
 */
export interface TrafficCount {
  requests: number
  errors: number
  latency: Record<number, number>
}

export const noTraffic: TrafficCount = { requests: 0, errors: 0, latency: {} }

/** What one release in one slot was sent. Counts only grow for as long as the edge's log is followed. */
export interface SlotTraffic extends TrafficCount {
  service: string
  slot: string
  release: string
}

/** Each bucket is a tenth wider than the one before it: a quantile read from them is at most 10% too high. */
const growth = 1.1

/** Bucket of a latency: 0 up to 1 ms, then 1.1 times wider each. */
export const latencyBucket = (ms: number): number =>
  ms <= 1 ? 0 : Math.ceil(Math.log(ms) / Math.log(growth) - 1e-9)

/** Highest latency that the bucket holds, in ms. */
export const bucketLimitMs = (bucket: number): number => growth ** bucket

/** What was added between two readings of the same counts. Where the later one is smaller it began anew, and counts whole. */
export function trafficSince(before: TrafficCount, now: TrafficCount): TrafficCount {
  if (now.requests < before.requests) return now
  const latency: Record<number, number> = {}
  for (const [bucket, count] of Object.entries(now.latency)) {
    const added = count - (before.latency[Number(bucket)] ?? 0)
    if (added > 0) latency[Number(bucket)] = added
  }
  return { requests: now.requests - before.requests, errors: now.errors - before.errors, latency }
}

export function addTraffic(one: TrafficCount, other: TrafficCount): TrafficCount {
  const latency = { ...one.latency }
  for (const [bucket, count] of Object.entries(other.latency))
    latency[Number(bucket)] = (latency[Number(bucket)] ?? 0) + count
  return { requests: one.requests + other.requests, errors: one.errors + other.errors, latency }
}

/** Upper edge, in ms, of the bucket that holds the quantile; null without requests in any bucket. */
export function latencyQuantileMs({ latency }: TrafficCount, quantile: number): number | null {
  const buckets = Object.entries(latency)
    .map(([bucket, count]) => [Number(bucket), count] as const)
    .toSorted(([one], [other]) => one - other)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [bucket, count] of buckets) {
    seen += count
    if (seen >= quantile * total) return bucketLimitMs(bucket)
  }
  return null
}
