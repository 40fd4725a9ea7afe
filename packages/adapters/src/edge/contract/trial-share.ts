import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Bench } from './bench.ts'
import { type TrialBench, openTrialBench } from './trial-bench.ts'

export function trialSharePromises(open: () => Promise<Bench>): void {
  describe('share of a trial', () => {
    let bench: TrialBench
    beforeEach(async () => {
      bench = await openTrialBench(open)
    })

    it('a candidate gets nothing before its lease begins, its share while it lasts, and nothing after', async () => {
      expect(await bench.apply(bench.tried())).toMatchObject({ changed: true, reloaded: false })
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'holds', lease: 'over' })
      expect(await bench.ask(5)).toEqual({ '1.0.0': 5 })
      await bench.renew(1_500)
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'holds', lease: 'lasts' })
      expect((await bench.slot('s1')).trial).toBeNull()
      expect(await bench.ask(5)).toEqual({ '1.1.0': 5 })
      await sleep(1_600)
      expect(await bench.ask(5)).toEqual({ '1.0.0': 5 })
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'holds', lease: 'over' })
      expect((await bench.slot('s2')).requests).toBe(5)
    })

    it('draws its share of the requests', async () => {
      await bench.apply(bench.tried({ perMyriad: 2_500 }))
      await bench.renew()
      const drawn = (await bench.ask(400))['1.1.0'] ?? 0
      const sigma = Math.sqrt(400 * 0.25 * 0.75)
      expect(Math.abs(drawn - 100)).toBeLessThan(4 * sigma)
    })

    it('another share keeps the lease, another trial has none', async () => {
      await bench.apply(bench.tried({ perMyriad: 0 }))
      await bench.renew()
      await bench.apply(bench.tried())
      expect(await bench.ask(3)).toEqual({ '1.1.0': 3 })
      await bench.apply(bench.tried({ salt: 1 }))
      expect(await bench.ask(3)).toEqual({ '1.0.0': 3 })
    })

    it('renewing what is on no trial changes nothing', async () => {
      await bench.renew()
      await bench.renew(60_000, 'stranger')
      await bench.apply(bench.tried())
      expect(await bench.ask(3)).toEqual({ '1.0.0': 3 })
    })
  })
}
