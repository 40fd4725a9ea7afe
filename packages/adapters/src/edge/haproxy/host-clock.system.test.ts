import { freePort } from '@towpath/testkit/ports.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { benchFor } from '../contract/bench.ts'
import { type TrialBench, openTrialBench } from '../contract/trial-bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'

/** Here the clocks are one; what is told of the host's makes the edge's the wrong one by as much. */
describe('an edge whose host has another clock', () => {
  let under: ProcessEdge
  afterEach(() => under.close())

  const openAt = async (aheadMs: number): Promise<TrialBench> => {
    under = await openProcessEdge(freePort, { aheadMs: async () => aheadMs })
    return await openTrialBench(async () => benchFor(under))
  }

  it('gets leases by its own: one that lasts here is over there by as much as it is ahead', async () => {
    const bench = await openAt(-60_000)
    await bench.apply(bench.tried())
    await bench.renew(30_000)
    expect(await bench.ask(3)).toEqual({ '1.0.0': 3 })
    await bench.renew(90_000)
    expect(await bench.ask(3)).toEqual({ '1.1.0': 3 })
    expect((await bench.slot('s2')).trial).toEqual({ fuse: 'holds', lease: 'lasts' })
  })

  it.each([
    { aheadMs: 60_000, counted: 0 },
    { aheadMs: -60_000, counted: 1 },
  ])('has its traffic counted from now on, by its own ($aheadMs ms ahead)', async ({ aheadMs, counted }) => {
    const bench = await openAt(aheadMs)
    await bench.get('/')
    // The log is told within half a second.
    await sleep(1_000)
    const traffic = await bench.edge.traffic(bench.spec)
    expect(traffic.reduce((sum, { requests }) => sum + requests, 0)).toBe(counted)
  })
})
