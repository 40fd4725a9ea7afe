import type { VerdictBudget } from '../budget.ts'
import { bothSides, isBlock } from '../sides.ts'
import type { Sides } from '../sides.ts'
import { logDifferenceEvidence } from '../statistic/difference-evidence.ts'
import { logOddsEvidence } from '../statistic/odds-evidence.ts'
import { oddsBetween } from '../statistic/ratio.ts'
import type { Part } from '../statistic/ratio.ts'

/** What the errors of both sides gave so far, block by block. All evidence as ln. */
export interface ErrorBets {
  /** Baseline that has been compared; the next bets are laid by it. */
  known: Part
  /** Waits until it is a block. */
  open: Sides<Part>
  /** That the candidate is worse, one bet per size of effect. */
  worse: number[]
  /** That it is not worse by the planned effect. */
  sound: number
}

/** Effects that are bet on, as multiples of the planned one: a release that is much worse is found much sooner. */
export const effectSizes: readonly number[] = [1, 2, 5]

const nothing: Part = { count: 0, of: 0 }

export const startErrorBets: ErrorBets = {
  known: nothing,
  open: { candidate: nothing, baseline: nothing },
  worse: effectSizes.map(() => 0),
  sound: 0,
}

/** Lays one more round of errors of requests on each side. */
export function betOnErrors(bets: ErrorBets, round: Sides<Part>, { errors }: VerdictBudget): ErrorBets {
  const open = {
    candidate: addParts(bets.open.candidate, round.candidate),
    baseline: addParts(bets.open.baseline, round.baseline),
  }
  if (!isBlock(bothSides(open, ({ of }) => of))) return { ...bets, open }
  const expected = expectedRatio(bets.known)
  const block = {
    suspect: open.candidate.of,
    other: open.baseline.of,
    marked: open.candidate.count + open.baseline.count,
    markedSuspect: open.candidate.count,
  }
  return {
    known: addParts(bets.known, open.baseline),
    open: startErrorBets.open,
    worse: bets.worse.map(
      (log, index) =>
        log +
        logOddsEvidence(block, oddsBetween(expected, worseRatio(expected, errors.worseBy * sizeOf(index)))),
    ),
    sound: bets.sound + logDifferenceEvidence(open, { bet: expected, worseBy: errors.worseBy }),
  }
}

const sizeOf = (index: number): number => effectSizes[index] ?? 1

export const addParts = (one: Part, other: Part): Part => ({
  count: one.count + other.count,
  of: one.of + other.of,
})

/** A service that fails all the time is worse by little; the odds stay finite. */
export const worseRatio = (ratio: number, worseBy: number): number =>
  Math.min(ratio + worseBy, 1 - (1 - ratio) / 10)

/** What the next bets take the baseline's ratio to be: what was counted, with a quarter of an error in 25 requests. */
export const expectedRatio = ({ count, of }: Part): number => (count + 0.25) / (of + 25)
