import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, backup, candidate, draining, live } from './bench.ts'

export function trafficPromises(open: () => Promise<Bench>): void {
  describe('traffic', () => {
    let bench: Bench
    beforeEach(async () => {
      bench = await open()
    })

    it('ensure brings an edge up that serves as wanted, and leaves a running one alone', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      expect(await bench.get('/')).toMatchObject({ status: 200, body: '1.0.0' })
      await edge.ensure(spec, wanted({ s2: live('1.1.0') }))
      expect(await bench.get('/')).toMatchObject({ status: 200, body: '1.0.0' })
    })

    it('a switch moves every request, a second one like it changes nothing', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }))
      const switched = wanted({ s1: backup('1.0.0'), s2: live('1.1.0') })
      expect(await edge.apply(spec, switched)).toMatchObject({ changed: true, reloaded: false })
      for (let count = 0; count < 10; count++) expect((await bench.get('/')).body).toBe('1.1.0')
      expect(await edge.apply(spec, switched)).toMatchObject({ changed: false, reloaded: false })
      await edge.apply(spec, wanted({ s1: live('1.0.0'), s2: draining('1.1.0') }))
      expect((await bench.get('/')).body).toBe('1.0.0')
    })

    it('two live slots share by their weights', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0', 75), s2: live('1.1.0', 25) }))
      const answers = await Promise.all(Array.from({ length: 100 }, () => bench.get('/')))
      const share = answers.filter(({ body }) => body === '1.1.0').length
      expect(share).toBeGreaterThanOrEqual(23)
      expect(share).toBeLessThanOrEqual(27)
    })

    it('a service that comes, and one that goes, needs no new edge', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await edge.ensure(spec, wanted({}, { services: [] }))
      expect((await bench.get('/')).status).toBeNull()
      const first = await edge.apply(spec, wanted({ s1: live('1.0.0') }))
      expect(first.changed).toBe(true)
      expect((await bench.get('/')).body).toBe('1.0.0')
      await edge.apply(spec, wanted({}, { services: [] }))
      expect(await edge.status(spec)).toEqual([])
    })
  })
}
