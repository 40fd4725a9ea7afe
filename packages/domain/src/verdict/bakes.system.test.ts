import { seededRandom } from '@towpath/testkit/crash/crash-point.ts'
import { describe, expect, it } from 'vitest'
import {
  bakeAfterSwitch,
  bakeErrors,
  bakeLatency,
  cellName,
  cells,
  latencyCells,
  shapes,
} from './bake-cells.ts'
import { latencyTable } from './simulate-bake.ts'
import type { BakeOutcome } from './simulate-bake.ts'

/** Pure, but too long for the fast tests: the promises of the default budget over ten thousand bakes each. */
const seed = 4_711
const wholeSample = 10_000

interface Tally {
  name: string
  bakes: number
  failed: number
  passed: number
}

/** Runs the whole sample, spread evenly over the kinds of bakes. Passed: before it failed, or without failing. */
function tally<T extends { name: string }>(
  kinds: readonly T[],
  bake: (kind: T) => BakeOutcome,
  sample = wholeSample,
): Tally[] {
  const each = Math.ceil(sample / kinds.length)
  return kinds.map((kind) => {
    const outcomes = Array.from({ length: each }, () => bake(kind))
    return {
      name: kind.name,
      bakes: each,
      failed: outcomes.filter(({ failedAt }) => failedAt !== null).length,
      passed: outcomes.filter(({ passedAt }) => passedAt !== null).length,
    }
  })
}

const share = (tallies: Tally[], of: 'failed' | 'passed'): number =>
  tallies.reduce((sum, one) => sum + one[of], 0) / tallies.reduce((sum, one) => sum + one.bakes, 0)

/** Kinds whose share is further from the promise than chance explains: four deviations. */
const tooMany = (tallies: Tally[], of: 'failed' | 'passed', promised: number): Tally[] =>
  tallies.filter((one) => one[of] > promised * one.bakes + chanceOf(one.bakes, promised))

const tooFew = (tallies: Tally[], of: 'failed' | 'passed', promised: number): Tally[] =>
  tallies.filter((one) => one[of] < promised * one.bakes - chanceOf(one.bakes, promised))

const chanceOf = (bakes: number, promised: number): number => 4 * Math.sqrt(bakes * promised * (1 - promised))

const namedCells = cells.map((cell) => ({ ...cell, name: cellName(cell) }))

/** Some tens of seconds on an idle core. */
const timeout = 600_000

describe('ten thousand simulated bakes', { timeout }, () => {
  it('with healthy errors: at most 1% go back at any look, and 95% pass within twice the forecast', () => {
    const random = seededRandom(seed)
    const tallies = tally(namedCells, (cell) => bakeErrors(random, cell, { worseBy: 0, until: 'pass' }))
    expect(share(tallies, 'failed')).toBeLessThanOrEqual(0.01)
    expect(tooMany(tallies, 'failed', 0.01)).toEqual([])
    expect(share(tallies, 'passed')).toBeGreaterThanOrEqual(0.95)
    expect(tooFew(tallies, 'passed', 0.95)).toEqual([])
  })

  it('with the planned effect on errors: 95% go back within twice the forecast, at most 5% pass before', () => {
    const random = seededRandom(seed)
    const tallies = tally(namedCells, (cell) => bakeErrors(random, cell, { worseBy: 0.05, until: 'fail' }))
    expect(share(tallies, 'failed')).toBeGreaterThanOrEqual(0.95)
    expect(tooFew(tallies, 'failed', 0.95)).toEqual([])
    expect(share(tallies, 'passed')).toBeLessThanOrEqual(0.05)
    expect(tooMany(tallies, 'passed', 0.05)).toEqual([])
  })

  it('with healthy latencies of any shape in busy hours: at most 1% go back, and 95% pass within twice the forecast', () => {
    const random = seededRandom(seed)
    const tallies = tally(latencyCells(random, 1), (cell) => bakeLatency(random, cell, 'pass'))
    expect(share(tallies, 'failed')).toBeLessThanOrEqual(0.01)
    expect(tooMany(tallies, 'failed', 0.01)).toEqual([])
    expect(share(tallies, 'passed')).toBeGreaterThanOrEqual(0.95)
  })

  it('with latencies 1.5 times as long: 95% go back within twice the forecast, at most 5% pass before', () => {
    const random = seededRandom(seed)
    const tallies = tally(latencyCells(random, 1.5), (cell) => bakeLatency(random, cell, 'fail'))
    expect(share(tallies, 'failed')).toBeGreaterThanOrEqual(0.95)
    expect(tooFew(tallies, 'failed', 0.95)).toEqual([])
    expect(tooMany(tallies, 'passed', 0.05)).toEqual([])
  })

  it('healthy after a switch (a quarter of the sample), on little and much history: at most 1% show a bad signal at any look', () => {
    const random = seededRandom(seed)
    const kinds = Object.entries(shapes).flatMap(([shape, latency]) => {
      const table = latencyTable(random, latency)
      return [50, 500, 5_000].flatMap((before) =>
        [0, 0.001, 0.01, 0.05].map((errorRatio) => ({
          name: `${shape}, ${before} before, errors ${errorRatio * 100}%`,
          before,
          errorRatio,
          latency: table,
        })),
      )
    })
    const tallies = tally(kinds, (kind) => bakeAfterSwitch(random, kind), wholeSample / 4)
    expect(share(tallies, 'failed')).toBeLessThanOrEqual(0.01)
    expect(tooMany(tallies, 'failed', 0.01)).toEqual([])
  })
})
