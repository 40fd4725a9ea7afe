import type { Block } from './odds-evidence.ts'
import { divergence } from './ratio.ts'

/** Growth of an evidence (ln) per request of the candidate: its mean, and its variance. */
export interface Growth {
  mean: number
  variance: number
}

export const noGrowth: Growth = { mean: 0, variance: 0 }

/**
 * What knowing a request's side tells of its mark: the fastest that `logOddsEvidence` can grow, at the odds that are
 * true and in large blocks. `block` may hold shares; `weight` is the suspect candidate's, or the suspected one's, share.
 */
export function sidesInformation({ suspect, other, marked, markedSuspect }: Block, weight: number): Growth {
  const total = suspect + other
  const overall = marked / total
  const sides = [
    { share: suspect / total, ratio: within(markedSuspect / suspect) },
    { share: other / total, ratio: within((marked - markedSuspect) / other) },
  ]
  let [mean, square] = [0, 0]
  for (const { share, ratio } of sides) {
    mean += share * divergence(ratio, overall)
    square += share * squaredSurprise(ratio, overall)
  }
  return { mean: mean / weight, variance: (square - mean * mean) / weight }
}

/** Growth of `logRatioEvidence` when `ratio` is true and was bet on, against `from`. */
export function ratioGrowth(ratio: number, from: number): Growth {
  if (from >= 1 || from <= 0) return noGrowth
  const mean = divergence(ratio, from)
  return { mean, variance: squaredSurprise(ratio, from) - mean * mean }
}

/** Shares that were summed up may be off by their last digit. */
const within = (ratio: number): number => Math.min(1, Math.max(0, ratio))

const squaredSurprise = (p: number, q: number): number =>
  (p === 0 ? 0 : p * Math.log(p / q) ** 2) + (p === 1 ? 0 : (1 - p) * Math.log((1 - p) / (1 - q)) ** 2)
