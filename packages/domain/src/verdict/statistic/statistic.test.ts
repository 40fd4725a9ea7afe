import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logDifferenceEvidence } from './difference-evidence.ts'
import { meanEvidence } from './evidence.ts'
import { logChoose } from './log-choose.ts'
import { logOddsEvidence } from './odds-evidence.ts'
import { logRatioEvidence, ratioAtLeast, ratioAtMost } from './ratio.ts'

const upTo = (count: number): number[] => Array.from({ length: count + 1 }, (_, index) => index)

const binomialChance = (count: number, of: number, ratio: number): number =>
  Math.exp(logChoose(of, count)) * ratio ** count * (1 - ratio) ** (of - count)

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

const anyRatio = fc.double({ min: 0.001, max: 0.999, noNaN: true })

describe('choosing', () => {
  it('is right by table and by series', () => {
    expect(Math.exp(logChoose(10, 3))).toBeCloseTo(120, 9)
    const oneByOne = sum(upTo(1_499).map((k) => Math.log((4_000 - k) / (1_500 - k))))
    expect(logChoose(4_000, 1_500)).toBeCloseTo(oneByOne, 7)
  })
})

describe('the exact test of a block', () => {
  const sizes = fc.record({
    suspect: fc.integer({ min: 1, max: 25 }),
    other: fc.integer({ min: 1, max: 25 }),
  })

  /** Mean evidence over all ways the marks can fall, when their true odds are `truth`. */
  const meanOf = (block: { suspect: number; other: number; marked: number }, odds: number, truth: number) => {
    const ways = upTo(block.marked)
      .filter((x) => x <= block.suspect && block.marked - x <= block.other)
      .map((x) => ({
        x,
        chance: Math.exp(logChoose(block.suspect, x) + logChoose(block.other, block.marked - x)) * truth ** x,
      }))
    const all = sum(ways.map(({ chance }) => chance))
    return sum(
      ways.map(
        ({ x, chance }) => (chance / all) * Math.exp(logOddsEvidence({ ...block, markedSuspect: x }, odds)),
      ),
    )
  }

  it('law: the evidence has the mean 1 under "no preference", whatever was marked', () => {
    fc.assert(
      fc.property(sizes, fc.nat(50), fc.double({ min: 1.01, max: 300, noNaN: true }), (size, marks, odds) => {
        const block = { ...size, marked: Math.min(marks, size.suspect + size.other) }
        expect(meanOf(block, odds, 1)).toBeCloseTo(1, 9)
      }),
    )
  })

  it('law: it loses where the suspect is better, and wins where the odds are true', () => {
    fc.assert(
      fc.property(sizes, fc.nat(50), fc.double({ min: 1.01, max: 30, noNaN: true }), (size, marks, odds) => {
        const block = { ...size, marked: Math.min(marks, size.suspect + size.other) }
        expect(meanOf(block, odds, 1 / odds)).toBeLessThanOrEqual(1 + 1e-9)
        expect(meanOf(block, odds, odds)).toBeGreaterThanOrEqual(1 - 1e-9)
      }),
    )
  })

  it('law: a mark more on the suspect never lowers the evidence', () => {
    fc.assert(
      fc.property(sizes, fc.nat(24), fc.nat(25), (size, onSuspect, onOther) => {
        const markedSuspect = Math.min(onSuspect, size.suspect - 1)
        const marked = markedSuspect + Math.min(onOther, size.other)
        const before = logOddsEvidence({ ...size, marked, markedSuspect }, 3)
        const after = logOddsEvidence({ ...size, marked: marked + 1, markedSuspect: markedSuspect + 1 }, 3)
        expect(after).toBeGreaterThanOrEqual(before - 1e-9)
      }),
    )
  })

  it('keeps its mean in a block of thousands', () => {
    const block = { suspect: 3_000, other: 5_000, marked: 900 }
    const chanceOf = (x: number) =>
      Math.exp(logChoose(3_000, x) + logChoose(5_000, 900 - x) - logChoose(8_000, 900))
    const mean = sum(
      upTo(900).map((x) => chanceOf(x) * Math.exp(logOddsEvidence({ ...block, markedSuspect: x }, 1.5))),
    )
    expect(mean).toBeCloseTo(1, 6)
  })
})

describe('the test that excludes an effect', () => {
  it('law: where the candidate is worse by the effect or more, its evidence has a mean of at most 1', () => {
    fc.assert(
      fc.property(
        fc.record({ candidate: fc.integer({ min: 1, max: 12 }), baseline: fc.integer({ min: 0, max: 12 }) }),
        fc.record({
          bet: fc.double({ min: 0.001, max: 0.6, noNaN: true }),
          worseBy: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
        }),
        fc.record({
          base: fc.double({ min: 0, max: 0.69, noNaN: true }),
          more: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        (of, limits, { base, more }) => {
          const worst = base + limits.worseBy
          const truth = { baseline: base, candidate: worst + more * (1 - worst) }
          const means = upTo(of.candidate).flatMap((x) =>
            upTo(of.baseline).map((y) => {
              const block = {
                candidate: { count: x, of: of.candidate },
                baseline: { count: y, of: of.baseline },
              }
              const chance =
                binomialChance(x, of.candidate, truth.candidate) *
                binomialChance(y, of.baseline, truth.baseline)
              return chance === 0 ? 0 : chance * Math.exp(logDifferenceEvidence(block, limits))
            }),
          )
          expect(sum(means)).toBeLessThanOrEqual(1 + 1e-6)
        },
      ),
    )
  })

  it('excludes five points after about 59 requests of the candidate without an error', () => {
    const block = { candidate: { count: 0, of: 59 }, baseline: { count: 0, of: 59 } }
    expect(Math.exp(logDifferenceEvidence(block, { bet: 1e-9, worseBy: 0.05 }))).toBeGreaterThan(20)
  })
})

describe('a bound on a ratio', () => {
  it('law: is passed by the true ratio no oftener than the risk', () => {
    fc.assert(
      fc.property(
        anyRatio,
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(0.001, 0.01, 0.1),
        (truth, of, risk) => {
          const chances = upTo(of).map((count) => ({ count, chance: binomialChance(count, of, truth) }))
          const wrong = (isWrong: (count: number) => boolean) =>
            sum(chances.filter(({ count }) => isWrong(count)).map(({ chance }) => chance))
          expect(wrong((count) => truth > ratioAtMost({ count, of }, risk))).toBeLessThanOrEqual(risk)
          expect(wrong((count) => truth < ratioAtLeast({ count, of }, risk))).toBeLessThanOrEqual(risk)
        },
      ),
    )
  })

  it('says nothing without requests', () => {
    expect(ratioAtMost({ count: 0, of: 0 }, 0.01)).toBe(1)
    expect(ratioAtLeast({ count: 0, of: 0 }, 0.01)).toBe(0)
  })
})

describe('evidence for a ratio', () => {
  it('law: has a mean of at most 1 for every true ratio that is no higher than the one it is against', () => {
    fc.assert(
      fc.property(anyRatio, anyRatio, anyRatio, (one, two, three) => {
        const [truth, from, to] = [one, two, three].toSorted((low, high) => low - high) as [
          number,
          number,
          number,
        ]
        const mean = sum(
          upTo(8).map(
            (count) =>
              binomialChance(count, 8, truth) * Math.exp(logRatioEvidence({ count, of: 8 }, from, to)),
          ),
        )
        expect(mean).toBeLessThanOrEqual(1 + 1e-9)
      }),
    )
  })
})

describe('bets side by side', () => {
  it('are worth their mean', () => {
    expect(Math.exp(meanEvidence([Math.log(3), Math.log(5)]))).toBeCloseTo(4, 9)
    expect(meanEvidence([2_000, 0])).toBeCloseTo(2_000 - Math.log(2), 9)
  })
})
