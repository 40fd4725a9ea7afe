import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, steered } from './bench.ts'
import { type TrialBench, openTrialBench } from './trial-bench.ts'

export function trialFusePromises(open: () => Promise<Bench>): void {
  describe('fuse of a trial', () => {
    let bench: TrialBench
    beforeEach(async () => {
      bench = await openTrialBench(open)
    })

    it('ten bad answers in a row blow the fuse for good, and another trial has a whole one', async () => {
      const fresh = await bench.occupy('s2', '1.1.0')
      await bench.apply(bench.tried())
      await bench.renew()
      await fresh.break(true)
      // Slow enough for probes, which pass, to come between. The first probe of an edge may forgive once.
      const { 'status 500': bad = 0, '1.0.0': good = 0 } = await bench.ask(30, 30)
      expect(bad).toBeGreaterThanOrEqual(10)
      expect(bad).toBeLessThan(20)
      expect(bad + good).toBe(30)
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'blown', lease: 'lasts' })
      await fresh.break(false)
      await sleep(700)
      await bench.renew()
      expect(await bench.ask(5)).toEqual({ '1.0.0': 5 })
      await bench.apply(bench.tried({ salt: 1 }))
      await bench.renew()
      expect(await bench.ask(5)).toEqual({ '1.1.0': 5 })
    })

    it('while the candidate is dead, every request is answered by the live release', async () => {
      const fresh = await bench.occupy('s2', '1.1.0')
      await bench.apply(bench.tried())
      await bench.renew()
      await fresh.die()
      expect(await bench.ask(15)).toEqual({ '1.0.0': 15 })
      expect((await bench.until('s2', ({ trial }) => trial?.fuse === 'blown')).trial?.fuse).toBe('blown')
    })

    it('a reload for another structure forgets neither lease nor fuse', async () => {
      await bench.apply(bench.tried())
      await bench.renew()
      expect(await bench.apply(steered(bench.tried(), { cohort: true }))).toMatchObject({ reloaded: true })
      expect(await bench.ask(5)).toEqual({ '1.1.0': 5 })
      const fresh = await bench.occupy('s2', '1.1.0')
      await fresh.break(true)
      await bench.ask(20)
      expect(await bench.apply(bench.tried())).toMatchObject({ reloaded: true })
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'blown', lease: 'lasts' })
    })
  })
}
