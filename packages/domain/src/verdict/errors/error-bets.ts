import type { VerdictBudget } from '../budget.ts'
import { bothSides, isBlock, mostOf } from '../sides.ts'
import type { Round, Sides } from '../sides.ts'
import { logDifferenceEvidence } from '../statistic/difference-evidence.ts'
import { logOddsEvidence } from '../statistic/odds-evidence.ts'
import { oddsBetween } from '../statistic/ratio.ts'
import type { Part } from '../statistic/ratio.ts'

/** What the errors of both sides gave so far, block by block. All evidence as ln. */
export interface ErrorBets {
  /** Baseline that has been compared; the next bets are laid by it. */
  known: Part
  /** Waits until it is a block, and since how long. */
  open: Sides<Part> & { spanMs: number }
  /** That the candidate is worse, one bet per size of effect. */
  worse: number[]
  /** That it is not worse by the planned effect, one bet per first guess. */
  sound: number[]
}

/** Effects that are bet on, as multiples of the planned one: a release that is much worse is found much sooner. */
export const effectSizes: readonly number[] = [1, 2, 5, 15]

/**
 * What the baseline's ratio is taken to be before anything is known: errors in 25 requests, weighed in with what was
 * counted later. A guess that is too low bets too high on "worse", so that side starts at a ratio of 5%.
 */
const guessedOf = 25
const worseGuess = 1.25
/** Most services have hardly any errors; the second guess is for the others. */
export const soundGuesses: readonly number[] = [0.1, 1.25]

/** The most that one moment may prove, as ln: errors come in bursts, when a connection breaks with several requests on it. */
export const burstMax = Math.log(10)

const nothing: Part = { count: 0, of: 0 }

export const startErrorBets: ErrorBets = {
  known: nothing,
  open: { candidate: nothing, baseline: nothing, spanMs: 0 },
  worse: effectSizes.map(() => 0),
  sound: soundGuesses.map(() => 0),
}

/** Lays one more round of errors of requests on each side. */
export function betOnErrors(bets: ErrorBets, round: Round<Part>, { errors }: VerdictBudget): ErrorBets {
  const open = {
    candidate: addParts(bets.open.candidate, round.candidate),
    baseline: addParts(bets.open.baseline, round.baseline),
    spanMs: bets.open.spanMs + (round.spanMs ?? 0),
  }
  if (!isBlock(bothSides(open, ({ of }) => of))) return { ...bets, open }
  const expected = expectedRatio(bets.known, worseGuess)
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
        Math.min(
          logOddsEvidence(block, oddsBetween(expected, worseRatio(expected, errors.worseBy * sizeOf(index)))),
          mostOf(open.spanMs, burstMax),
        ),
    ),
    sound: bets.sound.map(
      (log, index) =>
        log +
        logDifferenceEvidence(open, {
          bet: expectedRatio(bets.known, soundGuesses[index]),
          worseBy: errors.worseBy,
        }),
    ),
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

/** What the next bets take the ratio to be: what was counted, with a guess weighed in. Never 0 or 1. */
export const expectedRatio = ({ count, of }: Part, guess = 0.25): number => (count + guess) / (of + guessedOf)
