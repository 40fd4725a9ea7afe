import { alarmShare, missShare } from '../budget.ts'
import type { ComparisonMode, VerdictBudget } from '../budget.ts'
import type { Signal } from '../decide-verdict.ts'
import { findingOf, moreRequests } from '../reading.ts'
import type { Finding } from '../reading.ts'
import type { Sides } from '../sides.ts'
import { differenceGrowth } from '../statistic/difference-evidence.ts'
import { meanEvidence } from '../statistic/evidence.ts'
import { divergence } from '../statistic/ratio.ts'
import type { Part } from '../statistic/ratio.ts'
import { expectedRatio } from './error-bets.ts'
import type { ErrorBets } from './error-bets.ts'
import { boundsBefore, errorsAfterSwitch } from './errors-after-switch.ts'

/** Errors of both sides with what they prove. Ratios are 0 to 1, null without requests. */
export interface ErrorReading {
  signal: Signal
  overFloor: boolean
  candidate: ErrorCount
  baseline: ErrorCount
  /** Difference of the ratios; below zero where the candidate is better. */
  worseBy: number | null
  worse: Finding
  sound: Finding
  /** Requests of the candidate still needed to prove it sound, if it is; null where none are or nobody can say. */
  moreRequests: number | null
}

export interface ErrorCount {
  requests: number
  errors: number
  ratio: number | null
}

/** Reads errors. `bets` are null in the mode `sequential`, where the totals say everything. */
export function readErrors(totals: Sides<Part>, bets: ErrorBets | null, budget: VerdictBudget): ErrorReading {
  const mode: ComparisonMode = bets === null ? 'sequential' : 'concurrent'
  const logs =
    bets === null
      ? errorsAfterSwitch(totals, budget)
      : { worse: meanEvidence(bets.worse), sound: meanEvidence(bets.sound) }
  const candidate = countOf(totals.candidate)
  const baseline = countOf(totals.baseline)
  const worse = findingOf(logs.worse, alarmShare(mode, budget).needed)
  const sound = findingOf(logs.sound, missShare(mode, budget).needed)
  const worseBy = candidate.ratio === null ? null : candidate.ratio - (baseline.ratio ?? 0)
  const matters = candidate.errors >= budget.errors.count && (worseBy ?? 0) >= budget.errors.worseBy / 2
  const signal = signalOf(worse.found && matters, sound.found)
  const more = () =>
    moreRequests(logs.sound, missShare(mode, budget).needed, soundGrowth(totals, mode, budget))
  return {
    signal,
    overFloor: signal === 'bad' && isOverFloor(candidate, budget),
    candidate,
    baseline,
    worseBy,
    worse,
    sound,
    moreRequests: signal === 'unknown' ? more() : null,
  }
}

const countOf = ({ count, of }: Part): ErrorCount => ({
  requests: of,
  errors: count,
  ratio: of === 0 ? null : count / of,
})

export const signalOf = (isBad: boolean, isSound: boolean): Signal => {
  if (isBad) return 'bad'
  return isSound ? 'good' : 'unknown'
}

const isOverFloor = ({ errors, ratio }: ErrorCount, { errors: { floor } }: VerdictBudget): boolean =>
  errors >= floor.count && (ratio ?? 0) >= floor.ratio

/** Growth of the evidence for "sound" per request of the candidate, were both sides alike. Zero where nobody can say. */
function soundGrowth(totals: Sides<Part>, mode: ComparisonMode, budget: VerdictBudget): number {
  const ratio = expectedRatio(totals.baseline)
  if (mode === 'sequential') {
    const { tooMany } = boundsBefore(totals.baseline, budget)
    return tooMany > ratio ? divergence(ratio, tooMany) : 0
  }
  const sizes = { candidate: totals.candidate.of, baseline: totals.baseline.of }
  if (sizes.candidate === 0 || sizes.baseline === 0) return 0
  return differenceGrowth(sizes, { bet: ratio, worseBy: budget.errors.worseBy }).mean
}
