/** The same thing of both sides. */
export interface Sides<T> {
  candidate: T
  baseline: T
}

export const bothSides = <T, U>(sides: Sides<T>, of: (side: T) => U): Sides<U> => ({
  candidate: of(sides.candidate),
  baseline: of(sides.baseline),
})

/** What was added on each side in the same span of time; without `spanMs` it counts as one moment. */
export type Round<T> = Sides<T> & { spanMs?: number }

const momentMs = 1_000

/**
 * The most that a block may prove, given the most of one moment, both as ln. A block counts as one moment however short
 * it was, and as one for each second where it took longer. Requests of one moment are not independent:
 * what held one of them up held up the others. Those of different moments are.
 */
export const mostOf = (spanMs: number, ofOneMoment: number): number =>
  ofOneMoment * Math.max(1, spanMs / momentMs)

/** Fewest requests of a side, and of both, that are compared as one block. */
export const blockMin = { side: 2, both: 20 }

/**
 * Whether requests are enough to be compared. Rounds below that wait for the next ones and are compared together:
 * alone they would lose most of what they know, and one without requests of both sides all of it. It looks at
 * sizes only, never at what happened to the requests, so waiting cannot be used to wait for a result.
 */
export const isBlock = ({ candidate, baseline }: Sides<number>): boolean =>
  candidate >= blockMin.side && baseline >= blockMin.side && candidate + baseline >= blockMin.both
