import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, SERVICE, candidate, draining, live, steered } from './bench.ts'

export function cutPromises(open: () => Promise<Bench>): void {
  describe('cut', () => {
    let bench: Bench
    const cut = (slot: string) => bench.edge.cut(bench.spec, { service: SERVICE, slot })
    beforeEach(async () => {
      bench = await open()
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }))
    })

    it('ends what is open on a slot once, and nothing else', async () => {
      const started = performance.now()
      const streams = [bench.get('/stream?ms=8000'), bench.get('/stream?ms=8000')]
      await bench.until('s1', ({ sessions }) => sessions === 2)
      await bench.edge.apply(bench.spec, bench.wanted({ s1: draining('1.0.0'), s2: live('1.1.0') }))
      const other = bench.get('/?ms=600')
      await bench.until('s2', ({ sessions }) => sessions === 1)
      expect(await cut('s1')).toBe(2)
      for (const { status } of await Promise.all(streams)) expect(status).toBeNull()
      expect(performance.now() - started).toBeLessThan(6_000)
      expect(await cut('s1')).toBe(0)
      expect((await bench.slot('s1')).sessions).toBe(0)
      expect(await other).toMatchObject({ status: 200, body: '1.1.0' })
    })

    it('ends what is open since before a reload', async () => {
      const stream = bench.get('/stream?ms=8000')
      await bench.until('s1', ({ sessions }) => sessions === 1)
      const reloaded = steered(bench.wanted({ s1: draining('1.0.0'), s2: live('1.1.0') }), { cohort: true })
      expect(await bench.edge.apply(bench.spec, reloaded)).toMatchObject({ reloaded: true })
      expect((await bench.slot('s1')).sessions).toBe(1)
      expect(await cut('s1')).toBe(1)
      expect((await stream).status).toBeNull()
      expect((await bench.slot('s1')).sessions).toBe(0)
    })

    it('refuses a slot that new requests come to', async () => {
      const serves = expect.objectContaining({ code: 'EDGE_SLOT_SERVES' })
      await expect(cut('s1')).rejects.toThrow(serves)
      await expect(cut('s2')).rejects.toThrow(serves)
      expect(await cut('s3')).toBe(0)
      expect(await cut('s9')).toBe(0)
    })
  })
}
