import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, backup, draining, live } from './bench.ts'

export function survivalPromises(open: () => Promise<Bench>): void {
  describe('survival', () => {
    let bench: Bench
    beforeEach(async () => {
      bench = await open()
    })

    it('when the live release dies, the backup takes over with nobody telling the edge', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      const fresh = await bench.occupy('s2', '1.1.0')
      await edge.ensure(spec, wanted({ s1: backup('1.0.0'), s2: live('1.1.0') }))
      expect((await bench.get('/')).body).toBe('1.1.0')
      await fresh.die()
      for (let count = 0; count < 5; count++)
        expect(await bench.get('/')).toMatchObject({ status: 200, body: '1.0.0' })
      await bench.occupy('s2', '1.1.0')
      await bench.until('s2', ({ health }) => health === 'up')
      expect((await bench.get('/')).body).toBe('1.1.0')
    })

    it('a live release that fails its probes goes on serving where nobody stands by', async () => {
      const { edge, spec, wanted } = bench
      const only = await bench.occupy('s1', '1.0.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      await only.sicken()
      expect((await bench.until('s1', ({ health }) => health === 'down')).health).toBe('down')
      expect(await bench.get('/')).toMatchObject({ status: 200, body: '1.0.0' })
    })

    it('comes up after its own death with the traffic it had, from its file alone', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      const switched = wanted({ s1: draining('1.0.0'), s2: live('1.1.0') })
      await edge.apply(spec, switched)
      await bench.crash()
      expect((await bench.get('/')).status).toBeNull()
      await edge.ensure(spec, switched)
      expect((await bench.get('/')).body).toBe('1.1.0')
      expect(await edge.drift(spec, switched)).toEqual([])
    })
  })
}
