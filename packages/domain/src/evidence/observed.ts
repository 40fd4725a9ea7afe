/**
 * Evidence that was seen rather than signed: a fact as somebody saw it, or why nobody could. It ages; what is too old is
 * unknown, and unknown never passes a gate.
 */
export type Observed<T> = { at: string; value: T } | Unseen

export interface Unseen {
  at: string
  unknown: string
  /** What a person has to do before it can be seen, where that is known. */
  fix?: string
}

/** Longest age at which an observation is still believed. */
export const freshForMs = 5 * 60_000

/** Age of an observation in ms at the time of asking; NaN where a time cannot be read. */
export const ageMs = (seen: Observed<unknown>, now: string): number => Date.parse(now) - Date.parse(seen.at)
