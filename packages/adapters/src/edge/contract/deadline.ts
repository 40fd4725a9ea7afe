import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, live } from './bench.ts'

export function deadlinePromises(open: () => Promise<Bench>): void {
  describe('deadlines', () => {
    let bench: Bench
    beforeEach(async () => {
      bench = await open()
    })

    it('gives up at the deadline', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      const request = { service: 'api', slot: 's1', method: 'GET', headers: {}, timeoutMs: 100 }
      const answer = await edge.probe(spec, { ...request, path: '/?ms=3000' })
      expect(answer).toMatchObject({ status: null, fault: expect.stringContaining('100 ms') })
      expect(answer.tookMs).toBeLessThan(2_500)
    })
  })
}
