import { seededRandom } from '@towpath/testkit/crash/crash-point.ts'
import { describe, expect, it } from 'vitest'
import { bakeAfterSwitch, bakeErrors, bakeLatency, cells, latencyCells, shapes } from './bake-cells.ts'
import { latencyTable } from './simulate-bake.ts'
import type { BakeOutcome, Random } from './simulate-bake.ts'

/** A small sample, quick enough for every run; the ten thousands are in the system test beside this file. */
const seed = 20_261

const times = <T>(count: number, bake: () => T): T[] => Array.from({ length: count }, bake)

const failedShare = (bakes: BakeOutcome[]): number =>
  bakes.filter(({ failedAt }) => failedAt !== null).length / bakes.length

describe('a thousand simulated bakes', () => {
  it('go back for the errors of a healthy candidate in at most 1 of 100', () => {
    const random = seededRandom(seed)
    const bakes = cells.flatMap((cell) =>
      times(20, () => bakeErrors(random, cell, { worseBy: 0, until: 'pass' })),
    )
    expect(failedShare(bakes)).toBeLessThanOrEqual(0.01)
  })

  it('find the planned effect on errors within twice the forecast in 95 of 100', () => {
    const random = seededRandom(seed)
    const bakes = cells.flatMap((cell) =>
      times(20, () => bakeErrors(random, cell, { worseBy: 0.05, until: 'fail' })),
    )
    expect(failedShare(bakes)).toBeGreaterThanOrEqual(0.95)
  })

  it('find 1.5 times the latency within twice the forecast in 95 of 100, and blame nobody for busy hours', () => {
    const random = seededRandom(seed)
    const bakes = (slower: number) =>
      latencyCells(random, slower).flatMap((cell) => times(20, () => bakeLatency(random, cell, 'fail')))
    expect(failedShare(bakes(1))).toBeLessThanOrEqual(0.01)
    expect(failedShare(bakes(1.5))).toBeGreaterThanOrEqual(0.95)
  })

  it('blame a healthy candidate after a switch in at most 1 of 100', () => {
    const random: Random = seededRandom(seed)
    const bakes = Object.values(shapes).flatMap((shape) => {
      const latency = latencyTable(random, shape)
      return [50, 500, 5_000].flatMap((before) =>
        [0, 0.01, 0.05].flatMap((errorRatio) =>
          times(7, () => bakeAfterSwitch(random, { before, errorRatio, latency })),
        ),
      )
    })
    expect(failedShare(bakes)).toBeLessThanOrEqual(0.01)
  })
})
