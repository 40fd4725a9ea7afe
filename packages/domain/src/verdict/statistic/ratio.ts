/** How many of how many. */
export interface Part {
  count: number
  of: number
}

/** Mean of ln (p(x) / q(x)) when p is true: how fast evidence for p against q grows per request. Ratios within 0 to 1. */
export const divergence = (p: number, q: number): number =>
  (p === 0 ? 0 : p * Math.log(p / q)) + (p === 1 ? 0 : (1 - p) * Math.log((1 - p) / (1 - q)))

/** Odds of `ratio`, made `times` greater, as ratio again. */
export const ratioByOdds = (ratio: number, times: number): number =>
  (ratio * times) / (1 + ratio * (times - 1))

export const oddsBetween = (lower: number, higher: number): number =>
  (higher * (1 - lower)) / (lower * (1 - higher))

/**
 * ln of the evidence for the ratio `to` against the ratio `from`. It is a fair bet at `from`, and a losing one for
 * every true ratio on the other side of `from`. `from` lies strictly between 0 and 1.
 */
export function logRatioEvidence({ count, of }: Part, from: number, to: number): number {
  const marked = count === 0 ? 0 : count * Math.log(to / from)
  return marked + (of === count ? 0 : (of - count) * Math.log((1 - to) / (1 - from)))
}

/**
 * Bound that the true ratio exceeds with at most the given risk (Chernoff's, so valid for every size of the sample).
 * The same holds for the share of requests beyond an order statistic that has `count` of the sample beyond it.
 */
export const ratioAtMost = ({ count, of }: Part, risk: number): number => {
  if (of === 0) return 1
  const seen = count / of
  return rootBetween(seen, 1, (ratio) => of * divergence(seen, ratio) + Math.log(risk))
}

/** Bound that the true ratio is below with at most the given risk. */
export const ratioAtLeast = ({ count, of }: Part, risk: number): number =>
  1 - ratioAtMost({ count: of - count, of }, risk)

/** Where a growing function passes zero, to nine digits; never below it. */
export function rootBetween(low: number, high: number, growing: (x: number) => number): number {
  let [from, to] = [low, high]
  for (let step = 0; step < 50 && to - from > to * 1e-9; step += 1) {
    const middle = (from + to) / 2
    if (growing(middle) > 0) to = middle
    else from = middle
  }
  return to
}
