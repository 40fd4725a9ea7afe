import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, candidate, draining, live, steered } from './bench.ts'

export function holdPromises(open: () => Promise<Bench>): void {
  describe('hold', () => {
    let bench: Bench
    const before = () => bench.wanted({ s1: live('1.0.0') })
    const held = () =>
      steered(bench.wanted({ s1: draining('1.0.0'), s2: candidate('1.1.0') }), { held: true })
    const after = () => bench.wanted({ s2: live('1.1.0') })
    const apply = (wanted: ReturnType<typeof before>) => bench.edge.apply(bench.spec, wanted)
    beforeEach(async () => {
      bench = await open()
    })

    it('requests wait while nothing serves, and are answered by whoever serves next', async () => {
      const old = await bench.occupy('s1', '1.0.0')
      await bench.edge.ensure(bench.spec, before())
      const inFlight = bench.get('/?ms=300')
      await bench.until('s1', ({ sessions }) => sessions === 1)
      expect(await apply(held())).toMatchObject({ changed: true, reloaded: false })
      expect(await bench.edge.drift(bench.spec, held())).toEqual([])
      const answered: string[] = []
      const waiting = Array.from({ length: 20 }, async () => {
        const { status, body } = await bench.get('/')
        answered.push(`${status} ${body}`)
      })
      expect(await inFlight).toMatchObject({ status: 200, body: '1.0.0' })
      await old.die()
      await sleep(500)
      expect(answered).toEqual([])
      await bench.occupy('s2', '1.1.0')
      await bench.until('s2', ({ health }) => health === 'up')
      expect(answered).toEqual([])
      await apply(after())
      const released = performance.now()
      await Promise.all(waiting)
      expect(performance.now() - released).toBeLessThan(500)
      expect(new Set(answered)).toEqual(new Set(['200 1.1.0']))
      expect((await bench.get('/')).body).toBe('1.1.0')
      expect((await bench.slot('s2')).requests).toBe(21)
      expect(await bench.edge.drift(bench.spec, after())).toEqual([])
    })
  })
}
