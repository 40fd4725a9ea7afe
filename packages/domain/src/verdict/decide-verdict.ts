import type { ComparisonMode } from './budget.ts'

/**
 * What one signal says of the candidate. `unknown` is neither: not asked, or not enough to say. `not-applicable`: there
 * is nothing that it could be compared with, and never will be.
 */
export type Signal = 'good' | 'bad' | 'unknown' | 'not-applicable'

/** What the caller knows besides the traffic. Whatever it does not watch is `unknown`. */
export interface ProcessSignals {
  /** The process ended and did not come back. */
  process: Signal
  /** The probes fail by their own rule; see `watchVerdict`. */
  probes: Signal
  /** It was started again since the comparison began. */
  restarts: Signal
  /** The kernel killed it for its memory. */
  outOfMemory: Signal
}

export const unknownProcess: ProcessSignals = {
  process: 'unknown',
  probes: 'unknown',
  restarts: 'unknown',
  outOfMemory: 'unknown',
}

/** All signals. `bad` of errors or latency already means both: proven by the exact test, and large enough to matter. */
export interface Signals extends ProcessSignals {
  errors: Signal
  /** The errors are above the absolute floor too. */
  errorsOverFloor: boolean
  latency: Signal
}

export interface Decision {
  verdict: 'pass' | 'fail' | 'inconclusive'
  /** What decided, or what is missing. A part of a sentence. */
  cause: string
}

/**
 * Which signals are enough.
 *
 * - Death and failing probes fail alone: they are no statistics.
 * - `concurrent`: errors fail alone, and so does latency. Both sides served at the same time and requests were spread
 *   without regard to their fate, so nothing but the release differs; proof and size are the two signals.
 * - `sequential`: the candidate is compared with another time. More users, a slow database or a cold cache make errors
 *   and latency worse with no fault of the release, and no test on such counts can tell. So errors need the absolute
 *   floor, and latency and errors below the floor need a bad signal of another kind. A restart and a kill for memory
 *   are one kind, as the one brings the other.
 * - A pass needs errors and latency proven sound and nothing else bad. What is not watched does not hold it up.
 */
export function decideVerdict(mode: ComparisonMode, signals: Signals): Decision {
  if (signals.process === 'bad') return { verdict: 'fail', cause: 'its process ended' }
  if (signals.probes === 'bad') return { verdict: 'fail', cause: 'its probes fail' }
  const bad = badKinds(signals)
  const [first, second] = bad
  if (first !== undefined && (second !== undefined || failsAlone(mode, signals)))
    return { verdict: 'fail', cause: bad.join(' and ') }
  if (first !== undefined)
    return { verdict: 'inconclusive', cause: `${first}, which alone is not enough to go back` }
  return decideWithoutBad(signals)
}

const badKinds = (signals: Signals): string[] => [
  ...(signals.errors === 'bad' ? ['more errors'] : []),
  ...(signals.latency === 'bad' ? ['slower answers'] : []),
  ...(signals.restarts === 'bad' || signals.outOfMemory === 'bad' ? [processCause(signals)] : []),
]

const processCause = ({ outOfMemory }: Signals): string =>
  outOfMemory === 'bad' ? 'a kill for its memory' : 'a restart'

function failsAlone(mode: ComparisonMode, { errors, errorsOverFloor, latency }: Signals): boolean {
  if (mode === 'concurrent') return errors === 'bad' || latency === 'bad'
  return errors === 'bad' && errorsOverFloor
}

function decideWithoutBad({ errors, latency }: Signals): Decision {
  const open = [...(isOpen(errors) ? ['errors'] : []), ...(isOpen(latency) ? ['latency'] : [])]
  if (open.length === 0)
    return {
      verdict: 'pass',
      cause:
        latency === 'not-applicable'
          ? 'errors are not worse by the planned effect, and no latency is known from before'
          : 'errors and latency are not worse by the planned effect',
    }
  return { verdict: 'inconclusive', cause: `too few requests to judge ${open.join(' and ')}` }
}

const isOpen = (signal: Signal): boolean => signal !== 'good' && signal !== 'not-applicable'
