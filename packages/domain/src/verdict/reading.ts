import { shownEvidence } from './statistic/evidence.ts'

/** Evidence reached and needed, as multiples of the stake. */
export interface Finding {
  evidence: number
  needed: number
  /** Whether it is reached, decided before rounding. */
  found: boolean
}

export const findingOf = (log: number, needed: number): Finding => ({
  evidence: shownEvidence(log),
  needed: Math.round(needed),
  found: log >= Math.log(needed),
})

/** Requests that bring evidence from where it is (as ln) to what is needed; null where it does not grow. */
export const moreRequests = (log: number, needed: number, growth: number): number | null =>
  growth > 0 ? Math.max(1, Math.ceil((Math.log(needed) - log) / growth)) : null
