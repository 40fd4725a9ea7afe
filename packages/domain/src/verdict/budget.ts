/**
 * How sure a verdict must be, and what it must be able to see. Ratios are 0 to 1: 0.05 are five points.
 * - `falseAlarmRatio`: share of healthy bakes that may end in a fail, all looks of a bake counted.
 * - `missRatio`: share of bakes at the planned effect that may end in a pass.
 * - `errors.worseBy`: planned effect, as difference of the error ratios. A rollback needs at least half of it seen:
 *   half is the middle between "no worse" and the effect, and a release that is worse by exactly the effect shows
 *   less than it half of the time.
 * - `errors.count`: errors of the candidate below which nothing fails.
 * - `errors.floor`: bad whatever was before. Only asked in the mode `sequential`.
 * - `latency.times`: planned effect as ratio of quantiles. A rollback needs at least its square root, the middle again.
 * - `latency.slowerMs`: what is slower by less is not worth a rollback, whatever the ratio.
 */
export interface VerdictBudget {
  falseAlarmRatio: number
  missRatio: number
  errors: { worseBy: number; count: number; floor: { ratio: number; count: number } }
  latency: { times: number; slowerMs: number }
}

export const defaultBudget: VerdictBudget = {
  falseAlarmRatio: 0.01,
  missRatio: 0.05,
  errors: { worseBy: 0.05, count: 3, floor: { ratio: 0.1, count: 5 } },
  latency: { times: 1.5, slowerMs: 50 },
}

/**
 * How often a bound on the time before the switch may be wrong, and which evidence a finding then needs. Errors and
 * latency share the false alarms in halves. A pass needs all its tests, so each may use the whole miss ratio.
 * In the mode `sequential` half of each share pays for the bound. `concurrent` uses no bound.
 */
export interface Share {
  bound: number
  /** Evidence is a bet's winnings: 1 at the start, and under "nothing there" ever as high as N in 1 of N bakes. */
  needed: number
}

export type ComparisonMode = 'concurrent' | 'sequential'

export const alarmShare = (mode: ComparisonMode, { falseAlarmRatio }: VerdictBudget): Share =>
  shareOf(mode, falseAlarmRatio / 2)

export const missShare = (mode: ComparisonMode, { missRatio }: VerdictBudget): Share =>
  shareOf(mode, missRatio)

const shareOf = (mode: ComparisonMode, ratio: number): Share =>
  mode === 'concurrent' ? { bound: 0, needed: 1 / ratio } : { bound: ratio / 2, needed: 2 / ratio }
