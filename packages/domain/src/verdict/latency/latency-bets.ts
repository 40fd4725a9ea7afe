import type { VerdictBudget } from '../budget.ts'
import { bothSides, isBlock } from '../sides.ts'
import type { Sides } from '../sides.ts'
import { logOddsEvidence } from '../statistic/odds-evidence.ts'
import { addBuckets, cuts, markSlower, requestsIn, slowerBuckets } from './buckets.ts'
import type { Buckets } from './buckets.ts'

/**
 * What the latencies of both sides gave so far, block by block. All evidence as ln.
 *
 * No distribution is assumed and none needs to stay the same: each block is compared within itself, at a cut of its
 * own, so what slows both sides at once, such as the busy hours, is no difference.
 */
export interface LatencyBets {
  /** Waits until it is a block. */
  open: Sides<Buckets>
  /** That the candidate is slower, one bet per cut and odds. */
  slow: number[]
  /** That it is not slower by the planned effect, by cut, one bet per odds each. */
  sound: number[][]
}

/** Odds that are bet on. A latency 1.5 times as long shifts the odds by 1.5 to 4, by how much latencies vary. */
export const latencyOdds: readonly number[] = [1.5, 3, 8]

export const startLatencyBets: LatencyBets = {
  open: { candidate: {}, baseline: {} },
  slow: cuts.flatMap(() => latencyOdds.map(() => 0)),
  sound: cuts.map(() => latencyOdds.map(() => 0)),
}

/** Lays one more round of latencies on each side. */
export function betOnLatency(bets: LatencyBets, round: Sides<Buckets>, budget: VerdictBudget): LatencyBets {
  const open = {
    candidate: addBuckets(bets.open.candidate, round.candidate),
    baseline: addBuckets(bets.open.baseline, round.baseline),
  }
  if (!isBlock(bothSides(open, requestsIn))) return { ...bets, open }
  const asIs = cuts.map((cut) => markSlower(open, cut, 'candidate'))
  const slowed = { candidate: open.candidate, baseline: slowerBuckets(open.baseline, budget) }
  const againstSlower = cuts.map((cut) => markSlower(slowed, cut, 'baseline'))
  const slow = asIs.flatMap((block) => latencyOdds.map((odds) => logOddsEvidence(block, odds)))
  const sound = againstSlower.map((block) => latencyOdds.map((odds) => logOddsEvidence(block, odds)))
  return {
    open: startLatencyBets.open,
    slow: bets.slow.map((log, index) => log + (slow[index] ?? 0)),
    sound: bets.sound.map((logs, cut) => logs.map((log, index) => log + (sound[cut]?.[index] ?? 0))),
  }
}
