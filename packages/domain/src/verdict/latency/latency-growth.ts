import type { ComparisonMode, VerdictBudget } from '../budget.ts'
import { alarmShare, missShare } from '../budget.ts'
import { sidesInformation } from '../statistic/information.ts'
import type { Growth } from '../statistic/information.ts'
import { ratioGrowth } from '../statistic/information.ts'
import { ratioAtLeast, ratioAtMost } from '../statistic/ratio.ts'
import { cuts, markSlower, requestsAbove, requestsIn, slowerBucket, slowerBuckets } from './buckets.ts'
import type { Buckets } from './buckets.ts'
import { cutBefore } from './latency-after-switch.ts'

/** Traffic to expect: the baseline's latencies, and the candidate's share of the requests. */
export interface ExpectedLatency {
  mode: ComparisonMode
  baseline: Buckets
  weight: number
}

/** How fast evidence that the candidate is slower grows, per request of the candidate, at the planned effect. */
export function slowGrowth({ mode, baseline, weight }: ExpectedLatency, budget: VerdictBudget): Growth {
  const slower = slowerBuckets(baseline, budget)
  const growths = cuts.map((quantile) => {
    if (mode === 'concurrent') {
      const sides = { candidate: scaled(slower, weight), baseline: scaled(baseline, 1 - weight) }
      return sidesInformation(markSlower(sides, quantile, 'candidate'), weight)
    }
    const { bucket, beyond } = cutBefore(baseline, quantile)
    const risk = alarmShare(mode, budget).bound / cuts.length
    return ratioGrowth(shareAbove(slower, bucket), ratioAtMost(beyond, risk))
  })
  return growths.reduce((best, growth) => (growth.mean > best.mean ? growth : best))
}

/** How fast evidence that it is not slower by the planned effect grows when both are alike: of the slowest cut. */
export function notSlowGrowth({ mode, baseline, weight }: ExpectedLatency, budget: VerdictBudget): Growth {
  const growths = cuts.map((quantile) => {
    if (mode === 'concurrent') {
      const slower = slowerBuckets(baseline, budget)
      const sides = { candidate: scaled(baseline, weight), baseline: scaled(slower, 1 - weight) }
      return sidesInformation(markSlower(sides, quantile, 'baseline'), weight)
    }
    const { bucket, beyond } = cutBefore(baseline, quantile)
    const atLeast = ratioAtLeast(beyond, missShare(mode, budget).bound)
    const share = shareAbove(baseline, slowerBucket(bucket, budget) - 1)
    return share < atLeast ? ratioGrowth(share, atLeast) : { mean: 0, variance: 0 }
  })
  return growths.reduce((worst, growth) => (growth.mean < worst.mean ? growth : worst))
}

const shareAbove = (buckets: Buckets, cut: number): number =>
  requestsAbove(buckets, cut) / requestsIn(buckets)

function scaled(buckets: Buckets, weight: number): Buckets {
  const total = requestsIn(buckets)
  return Object.fromEntries(
    Object.entries(buckets).map(([bucket, count]) => [bucket, (count / total) * weight]),
  )
}
