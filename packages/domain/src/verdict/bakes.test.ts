import { seededRandom } from '@towpath/testkit/crash/crash-point.ts'
import { describe, expect, it } from 'vitest'
import { bakeAfterSwitch, bakeErrors, bakeLatency, cells, shapes } from './bake-cells.ts'

/** A small sample, quick enough for every run; the ten thousands are in the system test beside this file. */
const seed = 20_261

describe('a thousand simulated bakes', () => {
  it('go back for the errors of a healthy candidate in at most 1 of 100', () => {
    const random = seededRandom(seed)
    const bakes = cells.flatMap((cell) =>
      Array.from({ length: 20 }, () => bakeErrors(random, cell, { worseBy: 0, until: 'pass' })),
    )
    expect(bakes.filter(({ failedAt }) => failedAt !== null).length).toBeLessThanOrEqual(bakes.length / 100)
  })

  it('find the planned effect on errors within twice the forecast in 95 of 100', () => {
    const random = seededRandom(seed)
    const bakes = cells.flatMap((cell) =>
      Array.from({ length: 20 }, () => bakeErrors(random, cell, { worseBy: 0.05, until: 'fail' })),
    )
    expect(bakes.filter(({ failedAt }) => failedAt !== null).length).toBeGreaterThanOrEqual(
      bakes.length * 0.95,
    )
  })

  it('go back for a latency that only follows the busy hours in at most 1 of 100, and find 1.5 times', () => {
    const random = seededRandom(seed)
    const kinds = Object.values(shapes).flatMap((latency) =>
      [0.05, 0.5].map((weight) => ({ latency, weight })),
    )
    const bake = (times: number) =>
      kinds.flatMap((kind) =>
        Array.from({ length: 20 }, () => bakeLatency(random, { ...kind, times }, 'fail')),
      )
    const [same, slower] = [bake(1), bake(1.5)]
    expect(same.filter(({ failedAt }) => failedAt !== null).length).toBeLessThanOrEqual(same.length / 100)
    expect(slower.filter(({ failedAt }) => failedAt !== null).length).toBeGreaterThanOrEqual(
      slower.length * 0.95,
    )
  })

  it('blame a healthy candidate after a switch in at most 1 of 100', () => {
    const random = seededRandom(seed)
    const bakes = [50, 500, 5_000].flatMap((before) =>
      [0, 0.01, 0.05].flatMap((errorRatio) =>
        Object.values(shapes).flatMap((latency) =>
          Array.from({ length: 7 }, () => bakeAfterSwitch(random, { before, errorRatio, latency })),
        ),
      ),
    )
    expect(bakes.filter(({ failedAt }) => failedAt !== null).length).toBeLessThanOrEqual(bakes.length / 100)
  })
})
