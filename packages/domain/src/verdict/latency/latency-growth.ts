import type { ComparisonMode, VerdictBudget } from '../budget.ts'
import type { Sides } from '../sides.ts'
import { noGrowth, ratioGrowth, sidesInformation } from '../statistic/information.ts'
import type { Growth } from '../statistic/information.ts'
import { cutGroups, cuts, markSlower, requestsAbove, requestsIn, slowerBuckets } from './buckets.ts'
import type { Buckets } from './buckets.ts'
import { atLeastIfSlower, atMostBefore } from './latency-after-switch.ts'

/** Traffic to expect: the baseline's latencies, and the candidate's share of the requests. */
export interface ExpectedLatency {
  mode: ComparisonMode
  baseline: Buckets
  weight: number
}

/** How fast evidence that the candidate is slower grows, per request of the candidate, at the planned effect. */
export function slowGrowth(expected: ExpectedLatency, budget: VerdictBudget): Growth {
  const { mode, baseline, weight } = expected
  const slower = slowerBuckets(baseline, budget)
  if (mode === 'concurrent')
    return best(
      markSlower(weighted(expected, slower, baseline), 'candidate').map((block) =>
        sidesInformation(block, weight),
      ),
    )
  return best(
    cuts.map((quantile) => {
      const { cut, ratio } = atMostBefore(baseline, quantile, budget)
      const share = shareAbove(slower, cut)
      return share > ratio ? ratioGrowth(share, ratio) : noGrowth
    }),
  )
}

/** How fast evidence that it is not slower by the planned effect grows when both are alike: of body or tail, the slower. */
export function notSlowGrowth(expected: ExpectedLatency, budget: VerdictBudget): Growth {
  const { mode, baseline, weight } = expected
  const sides = weighted(expected, baseline, slowerBuckets(baseline, budget))
  const groups = cutGroups.map((group) =>
    mode === 'concurrent'
      ? best(markSlower(sides, 'baseline', group).map((block) => sidesInformation(block, weight)))
      : best(
          group.map((quantile) => {
            const { cut, ratio } = atLeastIfSlower(baseline, quantile, budget)
            const share = shareAbove(baseline, cut)
            return share < ratio ? ratioGrowth(share, ratio) : noGrowth
          }),
        ),
  )
  return groups.reduce((worst, growth) => (growth.mean < worst.mean ? growth : worst))
}

const best = (growths: Growth[]): Growth =>
  growths.reduce((most, growth) => (growth.mean > most.mean ? growth : most))

/** Both sides as shares of all requests. */
const weighted = ({ weight }: ExpectedLatency, candidate: Buckets, baseline: Buckets): Sides<Buckets> => ({
  candidate: scaled(candidate, weight),
  baseline: scaled(baseline, 1 - weight),
})

const shareAbove = (buckets: Buckets, cut: number): number =>
  requestsAbove(buckets, cut) / requestsIn(buckets)

function scaled(buckets: Buckets, weight: number): Buckets {
  const factor = weight / requestsIn(buckets)
  const shares: Buckets = {}
  for (const bucket in buckets) shares[bucket] = (buckets[bucket] ?? 0) * factor
  return shares
}
