const growth = Math.log(1.02)
const floorMs = 0.01

/** Latencies in buckets that grow by 2 %: constant memory however long the load runs. */
export class LatencyHistogram {
  #buckets = new Map<number, number>()
  #count = 0
  #maxMs = 0

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, floorMs) / floorMs) / growth)
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
    this.#count += 1
    if (ms > this.#maxMs) this.#maxMs = ms
  }

  /** Upper edge of the bucket that holds this share of all latencies, at most 2 % too high; 0 when there are none. */
  quantile(share: number): number {
    let left = Math.ceil(this.#count * share)
    for (const [bucket, count] of [...this.#buckets].toSorted(([a], [b]) => a - b)) {
      left -= count
      if (left <= 0) return Math.min(this.#maxMs, floorMs * Math.exp(bucket * growth))
    }
    return this.#maxMs
  }

  get maxMs(): number {
    return this.#maxMs
  }
}
