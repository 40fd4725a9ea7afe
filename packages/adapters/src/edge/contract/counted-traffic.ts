import {
  type SlotTraffic,
  latencyQuantileMs,
  noTraffic,
  trafficSince,
} from '@towpath/domain/signal/traffic.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, SERVICE, candidate, draining, live } from './bench.ts'

export function countedTrafficPromises(open: () => Promise<Bench>): void {
  describe('counted traffic', () => {
    let bench: Bench
    beforeEach(async () => {
      bench = await open()
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }))
    })

    /** The log comes a moment later than the answer. */
    const counted = async (slot: string, requests: number): Promise<SlotTraffic | undefined> => {
      const deadline = performance.now() + 3_000
      for (;;) {
        const found = (await bench.edge.traffic(bench.spec)).find((traffic) => traffic.slot === slot)
        if ((found?.requests ?? 0) >= requests || performance.now() > deadline) return found
        await sleep(20)
      }
    }

    it('is counted by release, with its errors and its latency; probes are not', async () => {
      for (const path of ['/', '/status/404', '/status/500', '/status/503', '/?ms=300']) await bench.get(path)
      await bench.probe('s1', '/')
      await bench.probe('s2', '/status/500')
      const first = await counted('s1', 5)
      expect(first).toMatchObject({ service: SERVICE, slot: 's1', release: '1.0.0', requests: 5, errors: 2 })
      const slowest = latencyQuantileMs(first ?? noTraffic, 1) ?? 0
      expect(slowest).toBeGreaterThanOrEqual(300)
      expect(slowest).toBeLessThan(900)
      expect(await counted('s2', 0)).toBeUndefined()
      await bench.edge.apply(bench.spec, bench.wanted({ s1: draining('1.0.0'), s2: live('1.1.0') }))
      await bench.get('/')
      expect(await counted('s2', 1)).toMatchObject({ release: '1.1.0', requests: 1, errors: 0 })
      const later = await counted('s1', 5)
      expect(trafficSince(first ?? noTraffic, later ?? noTraffic)).toEqual(noTraffic)
    })

    it('is counted anew when the edge was removed and is there again', async () => {
      await bench.get('/')
      await counted('s1', 1)
      await bench.edge.remove(bench.spec)
      await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }))
      await bench.get('/')
      expect(await counted('s1', 1)).toMatchObject({ requests: 1 })
    })

    it('goes on growing over the death of the edge', async () => {
      await bench.get('/')
      await counted('s1', 1)
      await bench.crash()
      await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }))
      await bench.get('/')
      expect(await counted('s1', 2)).toMatchObject({ requests: 2 })
    })
  })
}
