import { alarmShare, missShare } from '../budget.ts'
import type { VerdictBudget } from '../budget.ts'
import type { Sides } from '../sides.ts'
import { logRatioEvidence, ratioAtLeast, ratioAtMost, ratioByOdds } from '../statistic/ratio.ts'
import type { Part } from '../statistic/ratio.ts'
import { cuts, requestsAbove, requestsIn, slowerBucket } from './buckets.ts'
import type { Buckets } from './buckets.ts'
import { latencyOdds } from './latency-bets.ts'

/**
 * Evidence (ln) from the latencies after the switch against the time before it, in the shape of `LatencyBets`.
 *
 * The time before gives a cut and a bound on the share of requests beyond it; each request after the switch is a bet
 * against that bound. Busy hours are not cancelled here, as nothing was served by both sides at once.
 */
export function latencyAfterSwitch(
  { candidate, baseline }: Sides<Buckets>,
  budget: VerdictBudget,
): { slow: number[]; sound: number[][] } {
  const of = requestsIn(candidate)
  const before = cuts.map((quantile) => cutBefore(baseline, quantile))
  const alarmRisk = alarmShare('sequential', budget).bound / cuts.length
  const missRisk = missShare('sequential', budget).bound
  return {
    slow: before.flatMap(({ bucket, beyond }) => {
      const atMost = ratioAtMost(beyond, alarmRisk)
      const part = { count: requestsAbove(candidate, bucket), of }
      return latencyOdds.map((odds) =>
        atMost < 1 ? logRatioEvidence(part, atMost, ratioByOdds(atMost, odds)) : 0,
      )
    }),
    sound: before.map(({ bucket, beyond }) => {
      const atLeast = ratioAtLeast(beyond, missRisk)
      const part = { count: requestsAbove(candidate, slowerBucket(bucket, budget) - 1), of }
      return latencyOdds.map((odds) =>
        atLeast > 0 ? logRatioEvidence(part, atLeast, ratioByOdds(atLeast, 1 / odds)) : 0,
      )
    }),
  }
}

/**
 * The bucket that holds the quantile, and how many of the sample lie beyond it by rank. Requests that share the bucket
 * count as beyond: for a sample of ranks the bound on the true share is exact, and a shared bucket makes it safer.
 */
export function cutBefore(baseline: Buckets, quantile: number): { bucket: number; beyond: Part } {
  const of = requestsIn(baseline)
  const rank = Math.ceil(quantile * of)
  let seen = 0
  for (const [bucket, count] of Object.entries(baseline)) {
    seen += count
    if (seen >= rank) return { bucket: Number(bucket), beyond: { count: of - rank, of } }
  }
  return { bucket: 0, beyond: { count: 0, of: 0 } }
}
