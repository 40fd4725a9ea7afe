import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, candidate, live } from './bench.ts'

export function slotStatusPromises(open: () => Promise<Bench>): void {
  describe('slot status', () => {
    let bench: Bench
    beforeEach(async () => {
      bench = await open()
    })

    it('a slot starts, is up when a probe of its own occupant passed, and is off when taken out', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      expect((await bench.slot('s2')).health).toBe('off')
      await edge.apply(spec, wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }))
      expect(await bench.slot('s2')).toMatchObject({ health: 'starting', role: 'candidate', weight: 0 })
      const first = await bench.occupy('s2', '1.1.0')
      expect((await bench.until('s2', ({ health }) => health === 'up')).health).toBe('up')
      await edge.apply(spec, wanted({ s1: live('1.0.0') }))
      expect(await bench.slot('s2')).toMatchObject({ health: 'off', role: 'off' })
      await first.die()
      await edge.apply(spec, wanted({ s1: live('1.0.0'), s2: candidate('1.2.0') }))
      expect((await bench.slot('s2')).health).toBe('starting')
    })

    it('a new release in a slot that was up has to pass a probe itself', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      const first = await bench.occupy('s2', '1.1.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }))
      await bench.until('s2', ({ health }) => health === 'up')
      await first.die()
      await edge.apply(spec, wanted({ s1: live('1.0.0'), s2: candidate('1.2.0') }))
      expect((await bench.slot('s2')).health).toBe('starting')
    })

    it('counts what the public asked of a slot and what it answered', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      for (const path of ['/', '/', '/status/301', '/status/404', '/status/500']) await bench.get(path)
      expect(await bench.slot('s1')).toMatchObject({
        role: 'live',
        weight: 100,
        sessions: 0,
        requests: 5,
        answered: { '2xx': 2, '3xx': 1, '4xx': 1, '5xx': 1 },
      })
    })

    it('knows what is in flight, also on a slot that is being drained, and cuts none of it', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }))
      const slow = bench.get('/?ms=1500')
      expect((await bench.until('s1', ({ sessions }) => sessions === 1)).sessions).toBe(1)
      await edge.apply(spec, wanted({ s2: live('1.1.0') }))
      expect(await bench.slot('s1')).toMatchObject({ role: 'off', sessions: 1 })
      expect(await slow).toMatchObject({ status: 200, body: '1.0.0' })
      expect((await bench.until('s1', ({ sessions }) => sessions === 0)).sessions).toBe(0)
    })
  })
}
