import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, backup, live } from './bench.ts'
import { type TrialBench, openTrialBench } from './trial-bench.ts'

export function trialCoursePromises(open: () => Promise<Bench>): void {
  describe('course of a trial', () => {
    let bench: TrialBench
    beforeEach(async () => {
      bench = await openTrialBench(open)
    })

    it('a lease is no difference, another share or slot is', async () => {
      await bench.apply(bench.tried())
      await bench.renew()
      expect(await bench.edge.drift(bench.spec, bench.tried())).toEqual([])
      expect(await bench.edge.drift(bench.spec, bench.tried({ perMyriad: 500 }))).not.toEqual([])
      expect(await bench.edge.drift(bench.spec, bench.seated())).not.toEqual([])
      expect(await bench.apply(bench.tried())).toMatchObject({ changed: false })
    })

    it('the candidate that goes live keeps all traffic, the one that goes back has none', async () => {
      await bench.apply(bench.tried())
      await bench.renew()
      await bench.apply(bench.wanted({ s1: backup('1.0.0'), s2: live('1.1.0') }))
      expect(await bench.ask(5)).toEqual({ '1.1.0': 5 })
      expect((await bench.slot('s2')).trial).toBeNull()
      await bench.apply(bench.wanted({ s1: live('1.0.0') }))
      expect(await bench.ask(5)).toEqual({ '1.0.0': 5 })
      expect(await bench.edge.drift(bench.spec, bench.wanted({ s1: live('1.0.0') }))).toEqual([])
    })

    it('an edge that comes up from its file gives the candidate nothing until somebody renews', async () => {
      await bench.apply(bench.tried())
      await bench.renew()
      await bench.crash()
      await bench.edge.ensure(bench.spec, bench.tried())
      expect(await bench.ask(5)).toEqual({ '1.0.0': 5 })
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'holds', lease: 'over' })
      await bench.renew()
      expect(await bench.ask(5)).toEqual({ '1.1.0': 5 })
    })
  })
}
