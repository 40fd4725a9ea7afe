import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, backup, candidate, live } from './bench.ts'

export function statePromises(open: () => Promise<Bench>): void {
  describe('state', () => {
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
      expect(await slow).toEqual({ status: 200, body: '1.0.0' })
      expect((await bench.until('s1', ({ sessions }) => sessions === 0)).sessions).toBe(0)
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
  })
}
