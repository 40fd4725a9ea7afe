import { addTraffic, noTraffic } from '../signal/traffic.ts'
import type { TrafficCount } from '../signal/traffic.ts'
import type { ComparisonMode, VerdictBudget } from './budget.ts'
import { decideVerdict, unknownProcess } from './decide-verdict.ts'
import type { ProcessSignals, Signals } from './decide-verdict.ts'
import { describeComparison } from './describe-comparison.ts'
import type { SideNames } from './describe-comparison.ts'
import type { ComparisonNumbers } from './describe-comparison.ts'
import { betOnErrors, startErrorBets } from './errors/error-bets.ts'
import type { ErrorBets } from './errors/error-bets.ts'
import { readErrors } from './errors/read-errors.ts'
import { betOnLatency, startLatencyBets } from './latency/latency-bets.ts'
import type { LatencyBets } from './latency/latency-bets.ts'
import { readLatency } from './latency/read-latency.ts'
import { bothSides } from './sides.ts'
import type { Round, Sides } from './sides.ts'

/** What was seen of a candidate and its baseline so far. Plain data; grows by one round at a time. */
export interface Comparison extends Sides<TrafficCount> {
  mode: ComparisonMode
  /** Null in the mode `sequential`: there the totals say everything. */
  bets: { errors: ErrorBets; latency: LatencyBets } | null
}

/** Old and new serve at the same time, or the new one follows on the counts of the time `before` the switch. */
export type ComparisonStart = { mode: 'concurrent' } | { mode: 'sequential'; before: TrafficCount }

export function startComparison(start: ComparisonStart): Comparison {
  return start.mode === 'concurrent'
    ? {
        mode: 'concurrent',
        candidate: noTraffic,
        baseline: noTraffic,
        bets: { errors: startErrorBets, latency: startLatencyBets },
      }
    : { mode: 'sequential', candidate: noTraffic, baseline: start.before, bets: null }
}

/**
 * One more round: what was added on each side since the last one. Both sides of a round must be of the same span of
 * time. In the mode `sequential` the baseline is fixed, and what its side still served is left out.
 */
export function compareRound(
  comparison: Comparison,
  round: Round<TrafficCount>,
  budget: VerdictBudget,
): Comparison {
  const { bets } = comparison
  const candidate = addTraffic(comparison.candidate, round.candidate)
  if (bets === null) return { ...comparison, candidate }
  return {
    mode: comparison.mode,
    candidate,
    baseline: addTraffic(comparison.baseline, round.baseline),
    bets: {
      errors: betOnErrors(bets.errors, spanned(bothSides(round, errorsOf), round), budget),
      latency: betOnLatency(
        bets.latency,
        spanned(
          bothSides(round, ({ latency }) => latency),
          round,
        ),
        budget,
      ),
    },
  }
}

const spanned = <T>(sides: Sides<T>, { spanMs = 0 }: { spanMs?: number }): Round<T> => ({ ...sides, spanMs })

const errorsOf = ({ requests, errors }: TrafficCount) => ({ count: errors, of: requests })

export interface ReadingOptions {
  budget: VerdictBudget
  process?: ProcessSignals
  names?: SideNames
}

export interface ComparisonReading {
  verdict: 'pass' | 'fail' | 'inconclusive'
  /** Sentences a person reads. */
  why: string
  signals: Signals
  numbers: ComparisonNumbers
}

/**
 * What the comparison says now, with what the caller saw besides the traffic. It may be asked after every round: the
 * promises of the budget hold for all looks together. The first pass or fail is the verdict.
 */
export function readComparison(
  { mode, candidate, baseline, bets }: Comparison,
  { budget, process = unknownProcess, names }: ReadingOptions,
): ComparisonReading {
  const totals = { candidate, baseline }
  const errors = readErrors(bothSides(totals, errorsOf), bets?.errors ?? null, budget)
  const latency = readLatency(totals, bets?.latency ?? null, budget)
  const signals: Signals = {
    ...process,
    errors: errors.signal,
    errorsOverFloor: errors.overFloor,
    latency: latency.signal,
  }
  const numbers: ComparisonNumbers = { mode, errors, latency }
  const { verdict, cause } = decideVerdict(mode, signals)
  return { verdict, why: `${cause}. ${describeComparison(numbers, names)}`, signals, numbers }
}
