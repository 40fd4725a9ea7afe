import { alarmShare, missShare } from '../budget.ts'
import type { VerdictBudget } from '../budget.ts'
import type { Sides } from '../sides.ts'
import { logRatioEvidence, ratioAtLeast, ratioAtMost, ratioByOdds } from '../statistic/ratio.ts'
import type { Part } from '../statistic/ratio.ts'
import { cutGroups, cuts, requestsAbove, requestsIn, slowerBucket } from './buckets.ts'
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
  return {
    slow: cuts.flatMap((quantile) => {
      const { cut, ratio } = atMostBefore(baseline, quantile, budget)
      const part = { count: requestsAbove(candidate, cut), of }
      return latencyOdds.map((odds) =>
        ratio < 1 ? logRatioEvidence(part, ratio, ratioByOdds(ratio, odds)) : 0,
      )
    }),
    sound: cutGroups.map((group) =>
      group.flatMap((quantile) => {
        const { cut, ratio } = atLeastIfSlower(baseline, quantile, budget)
        const part = { count: requestsAbove(candidate, cut), of }
        return latencyOdds.map((odds) =>
          ratio > 0 ? logRatioEvidence(part, ratio, ratioByOdds(ratio, 1 / odds)) : 0,
        )
      }),
    ),
  }
}

/** A share of requests that are slower than a bucket. */
export interface CutRatio {
  cut: number
  ratio: number
}

/** Surely no more were slower before the switch. The risk of a wrong bound is shared by all cuts. */
export function atMostBefore(baseline: Buckets, quantile: number, budget: VerdictBudget): CutRatio {
  const { bucket, beyond } = cutBefore(baseline, quantile)
  const risk = alarmShare('sequential', budget).bound / cuts.length
  return { cut: bucket, ratio: ratioAtMost(beyond, risk) }
}

/** Surely no fewer would be slower, were the candidate slower by the planned effect. The cuts of a group share the risk. */
export function atLeastIfSlower(baseline: Buckets, quantile: number, budget: VerdictBudget): CutRatio {
  const { bucket, beyond } = cutBefore(baseline, quantile)
  const risk = (missShare('sequential', budget).bound * cutGroups.length) / cuts.length
  return { cut: slowerBucket(bucket, budget) - 1, ratio: ratioAtLeast(beyond, risk) }
}

/**
 * The bucket that holds the quantile, and how many of the sample lie beyond it by rank. Requests that share the bucket
 * count as beyond: for a sample of ranks the bound on the true share is exact, and a shared bucket makes it safer.
 */
function cutBefore(baseline: Buckets, quantile: number): { bucket: number; beyond: Part } {
  const of = requestsIn(baseline)
  const rank = Math.ceil(quantile * of)
  let seen = 0
  for (const bucket in baseline) {
    seen += baseline[bucket] ?? 0
    if (seen >= rank) return { bucket: Number(bucket), beyond: { count: of - rank, of } }
  }
  return { bucket: 0, beyond: { count: 0, of: 0 } }
}
