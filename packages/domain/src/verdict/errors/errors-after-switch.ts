import { alarmShare, missShare } from '../budget.ts'
import type { VerdictBudget } from '../budget.ts'
import type { Sides } from '../sides.ts'
import { meanEvidence } from '../statistic/evidence.ts'
import { logRatioEvidence, ratioAtLeast, ratioAtMost } from '../statistic/ratio.ts'
import type { Part } from '../statistic/ratio.ts'
import { effectSizes, expectedRatio, worseRatio } from './error-bets.ts'

export interface Bounds {
  /** The ratio before the switch was surely no higher, or the absolute floor, whichever is lower. */
  atMost: number
  /** Surely no lower, plus the planned effect: a candidate with this ratio is worse by at least the effect. */
  tooMany: number
}

/**
 * What the time before the switch allows. The floor takes the bound's place where little is known of that time, so a
 * service whose healthy state is above the floor has no promise on false alarms.
 */
export function boundsBefore(before: Part, budget: VerdictBudget): Bounds {
  const highest = ratioAtMost(before, alarmShare('sequential', budget).bound)
  const lowest = ratioAtLeast(before, missShare('sequential', budget).bound)
  return {
    atMost: Math.min(highest, budget.errors.floor.ratio),
    tooMany: Math.min(lowest + budget.errors.worseBy, worseRatio(lowest, budget.errors.worseBy)),
  }
}

/**
 * Evidence (ln) from the errors after the switch against the time before it. Each request is a bet against the bound,
 * so every look counts and none costs.
 *
 * The promise holds for a service whose error ratio does not change by itself. It does not hold for drift: whatever
 * else changed since then is counted as if the release had done it. Hence the second signal; see `decideVerdict`.
 */
export function errorsAfterSwitch(
  { candidate, baseline }: Sides<Part>,
  budget: VerdictBudget,
): { worse: number; sound: number } {
  const { atMost, tooMany } = boundsBefore(baseline, budget)
  const bet = expectedRatio(baseline)
  return {
    worse: meanEvidence(
      effectSizes.map((size) =>
        logRatioEvidence(candidate, atMost, worseRatio(atMost, size * budget.errors.worseBy)),
      ),
    ),
    sound: bet < tooMany ? logRatioEvidence(candidate, tooMany, bet) : 0,
  }
}
