import type { GateResult } from '../gate/gate.ts'
import type { LedgerEvent } from '../ledger/event.ts'
import type { ChangeKind, Picture } from './picture.ts'

/** Why an observed deployment would have been taken back; each is a way in which a deployment of Towpath's own fails. */
export type FaultCause =
  | 'never-healthy'
  | 'exited'
  | 'died'
  | 'probes-failing'
  | 'smoke-check'
  | 'errors'
  | 'removed'

/** How an observed deployment fared, judged as after a switch. */
export interface ObservedVerdict {
  verdict: 'pass' | 'fail' | 'inconclusive'
  /** Null unless it failed. */
  cause: FaultCause | null
  /** The service it was about; null where it was about all. */
  service: string | null
  /** One or two sentences with what was seen. */
  why: string
  watchedMs: number
  /** Everything the comparison looked at, by service. */
  numbers: Record<string, unknown>
}

/** Facts of an observed deployment as they are recorded when what runs has come to rest. */
export interface ObservedFacts {
  id: string
  kind: ChangeKind
  /** Release of the ledger whose builds run now; null where they are none's. */
  release: string | null
  services: string[]
  from: Picture
  to: Picture
  /** From the first sign of the change until the picture stood still. */
  formedMs: number
  /** The last look before it; null where nobody had looked since the controller started. */
  lastSeenAt: string | null
  /** What the gates said as if it had been asked for, and the digest of what they saw. */
  gates: { results: GateResult[]; passed: boolean; facts: string }
}

/** A deployment that the team's own workflow did, as the ledger tells it. */
export interface ObservedDeployment extends ObservedFacts {
  environment: string
  at: string
  seq: number
  judged: (ObservedVerdict & { at: string; seq: number }) | null
}

/** Folds one event into an observed deployment; unknown kinds change nothing. */
export function foldObserved(state: ObservedDeployment | undefined, event: LedgerEvent): ObservedDeployment {
  const { at, seq } = event
  if (event.type === 'deployment.observed')
    return state ?? { ...event.data, environment: event.environment ?? '', at, seq, judged: null }
  if (state === undefined) throw new Error(`${event.type} for a deployment that nobody observed`)
  if (event.type !== 'deployment.judged') return state
  const { id: _id, ...verdict } = event.data
  return { ...state, judged: state.judged ?? { ...verdict, at, seq } }
}

/** What Towpath would have done. Blocked comes first: what is refused at the gates is never switched to. */
export type WouldHave = 'blocked' | 'taken-back' | 'let-through' | 'undecided' | 'being-judged'

/** What Towpath would have done with an observed deployment, with every reason. */
export function wouldHave(observed: ObservedDeployment): { would: WouldHave; reasons: string[] } {
  const { gates, judged } = observed
  const held = heldUpBy(gates.results).map(({ gate, answer, why }) => `${gate} ${answer}: ${why}`)
  const taken = judged?.verdict === 'fail' ? [judged.why] : []
  if (held.length > 0) return { would: 'blocked', reasons: [...held, ...taken] }
  if (judged === null) return { would: 'being-judged', reasons: [] }
  if (judged.verdict === 'fail') return { would: 'taken-back', reasons: taken }
  return { would: judged.verdict === 'pass' ? 'let-through' : 'undecided', reasons: [judged.why] }
}

/** The gates that would have held it up: a fail or an unknown that no waiver covers. */
export const heldUpBy = (results: readonly GateResult[]): GateResult[] =>
  results.filter(({ answer, waiver }) => (answer === 'fail' || answer === 'unknown') && waiver === null)
