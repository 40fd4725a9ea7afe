import type { GateFacts } from './gate-facts.ts'

/**
 * A pure rule over facts. `unknown` counts as fail; `not-applicable` is only for what a ledger fact rules out, such as
 * a first deployment. Every answer says why, and a fail says what to do.
 */
export interface Gate {
  /** Stable name, as in config, waivers and events. */
  name: string
  /** What it promises, one line, as the checklist shows it. */
  title: string
  /** Also holds up a rollback: only what would make going back unsafe. */
  safety: boolean
  /** Asks about one host: where there are several, each is asked again right before its own turn. */
  perHost?: true
  evaluate(facts: GateFacts): GateAnswer
}

export type GateAnswer = (
  | { answer: 'pass'; why: string }
  | { answer: 'fail'; why: string; fix: string }
  | { answer: 'unknown'; why: string; fix: string }
  | { answer: 'not-applicable'; why: string }
) & {
  /** Waivers of the repository that let findings pass; absent where none did. */
  waivers?: UsedWaiver[]
}

/** Somebody's word that let one finding pass, as the event of the gates keeps it. */
export interface UsedWaiver {
  advisory: string
  /** Name and version. */
  package: string
  owner: string
  reason: string
  /** `YYYY-MM-DD`, the last day (UTC) on which it holds. */
  expires: string
}

export type GateResult = GateAnswer & {
  gate: string
  title: string
  /** Laid over a fail or unknown by an admin, until it expires. */
  waiver: GateWaiver | null
}

export interface GateWaiver {
  gate: string
  owner: string
  reason: string
  expiresAt: string
  /** Null holds for every release until it expires. */
  release: string | null
}
