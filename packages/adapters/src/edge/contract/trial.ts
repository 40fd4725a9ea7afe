import type { Trial } from '@towpath/domain/edge/wanted.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, SERVICE, backup, candidate, inMs, live, steered } from './bench.ts'

export function trialPromises(open: () => Promise<Bench>): void {
  describe('trial', () => {
    let bench: Bench
    const all: Trial = { slot: 's2', perMyriad: 10_000, salt: 4_711 }
    const seated = () => bench.wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') })
    const tried = (trial: Trial | null = all) => steered(seated(), { trial })
    const apply = (wanted: ReturnType<typeof seated>) => bench.edge.apply(bench.spec, wanted)
    const renew = (ms = 60_000, service = SERVICE) =>
      bench.edge.renew(bench.spec, { service, until: inMs(ms) })
    /** How many of so many requests each release answered. */
    const ask = async (count: number): Promise<Record<string, number>> => {
      const bodies: Record<string, number> = {}
      for (let number = 0; number < count; number++) {
        const { status, body } = await bench.get('/')
        const who = status === 200 ? body : `status ${status}`
        bodies[who] = (bodies[who] ?? 0) + 1
      }
      return bodies
    }
    const begin = async (): Promise<void> => {
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await bench.edge.ensure(bench.spec, seated())
      await bench.until('s2', ({ health }) => health === 'up')
    }
    beforeEach(async () => {
      bench = await open()
    })

    it('a candidate gets nothing before its lease begins, its share while it lasts, and nothing after', async () => {
      await begin()
      expect(await apply(tried())).toMatchObject({ changed: true, reloaded: false })
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'holds', lease: 'over' })
      expect(await ask(5)).toEqual({ '1.0.0': 5 })
      await renew(1_500)
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'holds', lease: 'lasts' })
      expect((await bench.slot('s1')).trial).toBeNull()
      expect(await ask(5)).toEqual({ '1.1.0': 5 })
      await sleep(1_600)
      expect(await ask(5)).toEqual({ '1.0.0': 5 })
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'holds', lease: 'over' })
      expect((await bench.slot('s2')).requests).toBe(5)
    })

    it('draws its share of the requests', async () => {
      await begin()
      await apply(tried({ ...all, perMyriad: 2_500 }))
      await renew()
      const drawn = (await ask(400))['1.1.0'] ?? 0
      const sigma = Math.sqrt(400 * 0.25 * 0.75)
      expect(Math.abs(drawn - 100)).toBeLessThan(4 * sigma)
    })

    it('another share keeps the lease, another trial has none', async () => {
      await begin()
      await apply(tried({ ...all, perMyriad: 0 }))
      await renew()
      await apply(tried())
      expect(await ask(3)).toEqual({ '1.1.0': 3 })
      await apply(tried({ ...all, salt: 1 }))
      expect(await ask(3)).toEqual({ '1.0.0': 3 })
    })

    it('a lease is no difference, another share or slot is', async () => {
      await begin()
      await apply(tried())
      await renew()
      expect(await bench.edge.drift(bench.spec, tried())).toEqual([])
      expect(await bench.edge.drift(bench.spec, tried({ ...all, perMyriad: 500 }))).not.toEqual([])
      expect(await bench.edge.drift(bench.spec, tried(null))).not.toEqual([])
      expect(await apply(tried())).toMatchObject({ changed: false })
    })

    it('the candidate that goes live keeps all traffic, the one that goes back has none', async () => {
      await begin()
      await apply(tried())
      await renew()
      await apply(bench.wanted({ s1: backup('1.0.0'), s2: live('1.1.0') }))
      expect(await ask(5)).toEqual({ '1.1.0': 5 })
      expect((await bench.slot('s2')).trial).toBeNull()
      await apply(bench.wanted({ s1: live('1.0.0') }))
      expect(await ask(5)).toEqual({ '1.0.0': 5 })
      expect(await bench.edge.drift(bench.spec, bench.wanted({ s1: live('1.0.0') }))).toEqual([])
    })

    it('ten bad answers in a row blow the fuse for good, and another trial has a whole one', async () => {
      await begin()
      const fresh = await bench.occupy('s2', '1.1.0')
      await apply(tried())
      await renew()
      await fresh.break(true)
      const { 'status 500': bad = 0, '1.0.0': good = 0 } = await ask(20)
      expect([bad, good]).toEqual([10, 10])
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'blown', lease: 'lasts' })
      await fresh.break(false)
      await sleep(700)
      await renew()
      expect(await ask(5)).toEqual({ '1.0.0': 5 })
      await apply(tried({ ...all, salt: 1 }))
      await renew()
      expect(await ask(5)).toEqual({ '1.1.0': 5 })
    })

    it('while the candidate is dead, every request is answered by the live release', async () => {
      await begin()
      const fresh = await bench.occupy('s2', '1.1.0')
      await apply(tried())
      await renew()
      await fresh.die()
      expect(await ask(15)).toEqual({ '1.0.0': 15 })
      expect((await bench.until('s2', ({ trial }) => trial?.fuse === 'blown')).trial?.fuse).toBe('blown')
    })

    it('an edge that comes up from its file gives the candidate nothing until somebody renews', async () => {
      await begin()
      await apply(tried())
      await renew()
      await bench.crash()
      await bench.edge.ensure(bench.spec, tried())
      expect(await ask(5)).toEqual({ '1.0.0': 5 })
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'holds', lease: 'over' })
      await renew()
      expect(await ask(5)).toEqual({ '1.1.0': 5 })
    })

    it('a reload for another structure forgets neither lease nor fuse', async () => {
      await begin()
      await apply(tried())
      await renew()
      expect(await apply(steered(tried(), { cohort: true }))).toMatchObject({ reloaded: true })
      expect(await ask(5)).toEqual({ '1.1.0': 5 })
      const fresh = await bench.occupy('s2', '1.1.0')
      await fresh.break(true)
      await ask(12)
      expect(await apply(tried())).toMatchObject({ reloaded: true })
      expect((await bench.slot('s2')).trial).toEqual({ fuse: 'blown', lease: 'lasts' })
    })

    it('renewing what is on no trial changes nothing', async () => {
      await begin()
      await renew()
      await renew(60_000, 'stranger')
      await apply(tried())
      expect(await ask(3)).toEqual({ '1.0.0': 3 })
    })
  })
}
