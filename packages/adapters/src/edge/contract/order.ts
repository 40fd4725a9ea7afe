import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, backup, candidate, live } from './bench.ts'

export function orderPromises(open: () => Promise<Bench>): void {
  describe('order', () => {
    let bench: Bench
    beforeEach(async () => {
      bench = await open()
    })

    it('refuses a controller that is older than the last one, and changes nothing', async () => {
      const { edge, spec, wanted } = bench
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }, { fence: 7 }))
      const late = wanted({ s2: live('1.1.0') }, { fence: 6 })
      await expect(edge.apply(spec, late)).rejects.toThrow(expect.objectContaining({ code: 'FENCED' }))
      expect((await bench.get('/')).body).toBe('1.0.0')
      expect(await edge.drift(spec, wanted({ s1: live('1.0.0') }, { fence: 8 }))).toEqual([])
    })

    it('drift names each slot that is not as wanted, and an edge that does not run', async () => {
      const { edge, spec, wanted } = bench
      const before = wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') })
      await edge.ensure(spec, before)
      expect(await edge.drift(spec, before)).toEqual([])
      const sentences = await edge.drift(spec, wanted({ s1: backup('1.0.0'), s2: live('1.1.0') }))
      expect(sentences.some((sentence) => sentence.includes('s1'))).toBe(true)
      expect(sentences.some((sentence) => sentence.includes('s2'))).toBe(true)
      await bench.crash()
      expect(await edge.drift(spec, before)).not.toEqual([])
    })

    it('an edge that is away is said to be so, and a later attempt may work', async () => {
      const { edge, spec, wanted } = bench
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      await bench.crash()
      const away = expect.objectContaining({ code: 'EDGE_UNREACHABLE', retryable: true })
      await expect(edge.status(spec)).rejects.toThrow(away)
      await expect(edge.apply(spec, wanted({ s1: live('1.0.0') }))).rejects.toThrow(away)
    })

    it('remove leaves nothing, twice as well as once', async () => {
      const { edge, spec, wanted } = bench
      await edge.ensure(spec, wanted({ s1: live('1.0.0') }))
      await edge.remove(spec)
      await edge.remove(spec)
      expect((await bench.get('/')).status).toBeNull()
      expect(await edge.drift(spec, wanted({ s1: live('1.0.0') }))).not.toEqual([])
    })

    it('says that the edge does not run', async () => {
      const { edge, spec, wanted } = bench
      await edge.ensure(spec, wanted({}))
      await bench.crash()
      expect(await bench.probe('s1', '/')).toMatchObject({ status: null, fault: 'the edge does not run' })
    })
  })
}
