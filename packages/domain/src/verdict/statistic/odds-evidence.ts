import { logChoose } from './log-choose.ts'

/** A block of requests, some of them marked (failed, or slow). Whole numbers. */
export interface Block {
  /** Requests of the side under suspicion, and of the other one. */
  suspect: number
  other: number
  /** Marked requests of both sides together, and those of the suspect. */
  marked: number
  markedSuspect: number
}

/**
 * ln of the evidence that marks prefer the suspect by the given odds ratio, against "no preference": the likelihood
 * ratio of Fisher's hypergeometric distributions, given both sides' sizes and the number of marks.
 *
 * It asks for nothing but that requests were spread over the sides without regard to their fate: no assumption on how
 * often marks come, none that this stays the same from block to block. For odds above 1 its mean is 1 under "no
 * preference" and below 1 where the suspect is better, so the product over blocks is a supermartingale.
 */
export function logOddsEvidence(block: Block, odds: number): number {
  const { suspect, other, marked, markedSuspect } = block
  if (marked === 0 || suspect === 0 || other === 0 || marked === suspect + other) return 0
  const logOdds = Math.log(odds)
  const mode = modeOf(block, odds)
  const top = logChoose(suspect, mode) + logChoose(other, marked - mode) + mode * logOdds
  const logAllWays = logChoose(suspect + other, marked)
  return markedSuspect * logOdds - top - Math.log(sumAroundMode(block, odds, mode)) + logAllWays
}

/** The likeliest number of marks on the suspect. */
function modeOf({ suspect, other, marked }: Block, odds: number): number {
  const a = odds - 1
  const b = (marked + suspect + 2) * odds + other - marked
  const c = odds * (marked + 1) * (suspect + 1)
  const mode = Math.floor((2 * c) / (b + Math.sqrt(b * b - 4 * a * c)))
  return Math.min(Math.max(mode, marked - other, 0), marked, suspect)
}

/** Terms smaller than this part of the largest are left out: together they are below the last digits. */
const negligible = 1e-15

/** Sum of all terms of the distribution, as multiples of its largest one. */
function sumAroundMode({ suspect, other, marked }: Block, odds: number, mode: number): number {
  let sum = 1
  const highest = Math.min(marked, suspect)
  for (let x = mode, term = 1; x < highest && term > negligible; x += 1) {
    term *= (odds * (suspect - x) * (marked - x)) / ((x + 1) * (other - marked + x + 1))
    sum += term
  }
  const lowest = Math.max(0, marked - other)
  for (let x = mode, term = 1; x > lowest && term > negligible; x -= 1) {
    term *= (x * (other - marked + x)) / (odds * (suspect - x + 1) * (marked - x + 1))
    sum += term
  }
  return sum
}
