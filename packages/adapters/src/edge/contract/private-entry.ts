import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, candidate, live } from './bench.ts'

export function privateEntryPromises(open: () => Promise<Bench>): void {
  describe('private entry', () => {
    let bench: Bench
    beforeEach(async () => {
      bench = await open()
    })

    it('reaches a candidate that the public cannot reach, and counts in no slot', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }))
      expect(await bench.probe('s2', '/')).toMatchObject({ status: 200, body: '1.1.0', fault: null })
      expect(await bench.probe('s1', '/')).toMatchObject({ status: 200, body: '1.0.0', fault: null })
      const forged = { 'x-towpath-service': 'api', 'x-towpath-slot': 's2', 'x-towpath-token': 'guess' }
      expect((await bench.get('/', forged)).body).toBe('1.0.0')
      expect((await bench.slot('s2')).requests).toBe(0)
      expect((await bench.slot('s1')).requests).toBe(1)
    })

    it('is reached again when the edge was removed and is there again', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      expect((await bench.probe('s1', '/')).status).toBe(200)
      await edge.remove(spec)
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      expect((await bench.probe('s1', '/')).status).toBe(200)
    })

    it('carries the caller’s headers and none of its own', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      const probed = JSON.parse((await bench.probe('s1', '/headers', { 'x-smoke': 'yes' })).body)
      expect(probed).toMatchObject({ 'x-smoke': 'yes' })
      expect(Object.keys(probed).filter((name) => name.startsWith('x-towpath'))).toEqual([])
      const public_ = JSON.parse((await bench.get('/headers', { 'x-towpath-slot': 's2' })).body)
      expect(Object.keys(public_).filter((name) => name.startsWith('x-towpath'))).toEqual([])
    })

    it('tells an answer of the release from one that the edge made up', async () => {
      const { edge, spec, wanted } = bench
      const only = await bench.occupy('s1', '1.0.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      await only.sicken()
      expect(await bench.probe('s1', '/health')).toMatchObject({ status: 503, fault: null })
      expect(await bench.probe('s3', '/health')).toMatchObject({ status: null, fault: expect.any(String) })
      expect(await bench.probe('s9', '/health')).toMatchObject({ status: null, fault: expect.any(String) })
    })
  })
}
