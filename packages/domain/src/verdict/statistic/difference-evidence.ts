import { ratioGrowth } from './information.ts'
import type { Growth } from './information.ts'
import { logRatioEvidence, rootBetween } from './ratio.ts'
import type { Part } from './ratio.ts'

/** The two ratios, worse by `worseBy` from one another, that explain two sides of one ratio best. */
export interface NearestPair {
  candidate: number
  baseline: number
}

/**
 * Nearest pair with `candidate = baseline + worseBy`, by divergence, for sides of these sizes with the one ratio
 * `ratio`, 0 < ratio < 1.
 */
export function nearestPair(sizes: Sizes, ratio: number, worseBy: number): NearestPair {
  const slope = (q: number) => (1 - ratio) / (1 - q) - ratio / q
  const baseline = rootBetween(
    Math.max(0, ratio - worseBy),
    Math.min(ratio, 1 - worseBy),
    (base) => sizes.candidate * slope(base + worseBy) + sizes.baseline * slope(base),
  )
  return { candidate: baseline + worseBy, baseline }
}

interface Sizes {
  candidate: number
  baseline: number
}

/**
 * ln of the evidence of one block against "the candidate's ratio is worse by at least `worseBy`", betting that both
 * sides have the ratio `bet`. The bet must not depend on the block.
 *
 * Why it is exact for every true baseline: the pair it bets against is the nearest one in a convex set, so the mean
 * of the bet per request, linear in the two true ratios, is highest at that pair and 1 there; sides of a block are
 * independent, and a product is at most the mean's power.
 */
export function logDifferenceEvidence(block: Record<'candidate' | 'baseline', Part>, limits: Bet): number {
  const { bet, worseBy } = limits
  const sizes = { candidate: block.candidate.of, baseline: block.baseline.of }
  const pair = nearestPair(sizes, bet, worseBy)
  return (
    logRatioEvidence(block.candidate, pair.candidate, bet) +
    logRatioEvidence(block.baseline, pair.baseline, bet)
  )
}

export interface Bet {
  bet: number
  worseBy: number
}

/** How that evidence grows per request of the candidate when both sides truly have the ratio. */
export function differenceGrowth(sizes: Sizes, { bet, worseBy }: Bet): Growth {
  const pair = nearestPair(sizes, bet, worseBy)
  const one = ratioGrowth(bet, pair.candidate)
  const other = ratioGrowth(bet, pair.baseline)
  const perOne = sizes.baseline / sizes.candidate
  return { mean: one.mean + perOne * other.mean, variance: one.variance + perOne * other.variance }
}
