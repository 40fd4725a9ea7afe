import type { VerdictBudget } from '../budget.ts'
import { bothSides, isBlock, mostOf } from '../sides.ts'
import type { Round, Sides } from '../sides.ts'
import type { Block } from '../statistic/odds-evidence.ts'
import { logOddsEvidence } from '../statistic/odds-evidence.ts'
import { addBuckets, cutGroups, cuts, markSlower, requestsIn, slowerBuckets } from './buckets.ts'
import type { Buckets } from './buckets.ts'

/**
 * What the latencies of both sides gave so far, block by block. All evidence as ln.
 *
 * No distribution is assumed and none needs to stay the same: each block is compared within itself, at a cut of its
 * own, so what slows both sides at once, such as the busy hours, is no difference.
 */
export interface LatencyBets {
  /** Waits until it is a block, and since how long. */
  open: Sides<Buckets> & { spanMs: number }
  /** That the candidate is slower, one bet per cut and odds. */
  slow: number[]
  /** That it is not slower by the planned effect, body and tail apart, one bet per cut and odds each. */
  sound: number[][]
}

/** Odds that are bet on. A latency 1.5 times as long shifts the odds by 1.5 to 4, by how much latencies vary. */
export const latencyOdds: readonly number[] = [1.5, 3, 8]

/**
 * The most that one moment may prove, as ln: a process that is stalled for half a second (a pause of its collector, a busy
 * neighbour on the machine) slows all it holds. Stalls hit old and new alike, so a moment on which the stake is at most
 * doubled stays a fair bet whatever happens within it, and a single stall never decides.
 */
export const stallMax = Math.log(2)

export const startLatencyBets: LatencyBets = {
  open: { candidate: {}, baseline: {}, spanMs: 0 },
  slow: cuts.flatMap(() => latencyOdds.map(() => 0)),
  sound: cutGroups.map((group) => group.flatMap(() => latencyOdds.map(() => 0))),
}

/** Lays one more round of latencies on each side. */
export function betOnLatency(bets: LatencyBets, round: Round<Buckets>, budget: VerdictBudget): LatencyBets {
  const open = {
    candidate: addBuckets(bets.open.candidate, round.candidate),
    baseline: addBuckets(bets.open.baseline, round.baseline),
    spanMs: bets.open.spanMs + (round.spanMs ?? 0),
  }
  if (!isBlock(bothSides(open, requestsIn))) return { ...bets, open }
  const slowed = { candidate: open.candidate, baseline: slowerBuckets(open.baseline, budget) }
  const slow = evidenceOf(markSlower(open, 'candidate'))
  const sound = cutGroups.map((group) => evidenceOf(markSlower(slowed, 'baseline', group)))
  return {
    open: startLatencyBets.open,
    slow: bets.slow.map((log, index) => log + Math.min(slow[index] ?? 0, mostOf(open.spanMs, stallMax))),
    sound: bets.sound.map((logs, group) => logs.map((log, index) => log + (sound[group]?.[index] ?? 0))),
  }
}

/** Of each block, by each of the odds. */
const evidenceOf = (blocks: Block[]): number[] =>
  blocks.flatMap((block) => latencyOdds.map((odds) => logOddsEvidence(block, odds)))
