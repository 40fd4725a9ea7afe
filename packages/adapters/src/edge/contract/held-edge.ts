import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, type PublicAnswer, live, steered } from './bench.ts'

export function heldEdgePromises(open: () => Promise<Bench>): void {
  describe('an edge that holds requests', () => {
    let bench: Bench
    const before = () => bench.wanted({ s1: live('1.0.0') })
    const held = () => steered(before(), { held: true })
    const apply = (wanted: ReturnType<typeof before>) => bench.edge.apply(bench.spec, wanted)
    /** A request of the public, and whether it was answered yet. */
    const waiting = (): { answer: Promise<PublicAnswer>; isOver: () => boolean } => {
      let isOver = false
      const answer = bench.get('/').finally(() => {
        isOver = true
      })
      return { answer, isOver: () => isOver }
    }
    beforeEach(async () => {
      bench = await open()
      await bench.occupy('s1', '1.0.0')
      await bench.edge.ensure(bench.spec, before())
      await apply(held())
    })

    it('lets them wait although a slot is live, and the private entry waits for nothing', async () => {
      const { answer, isOver } = waiting()
      expect(await bench.probe('s1', '/')).toMatchObject({ status: 200, body: '1.0.0' })
      await sleep(300)
      expect(isOver()).toBe(false)
      await apply(before())
      expect(await answer).toMatchObject({ status: 200, body: '1.0.0' })
    })

    it('lets them wait again when it comes up from its file', async () => {
      await bench.crash()
      await bench.edge.ensure(bench.spec, held())
      const { answer, isOver } = waiting()
      await sleep(300)
      expect(isOver()).toBe(false)
      await apply(before())
      expect(await answer).toMatchObject({ status: 200, body: '1.0.0' })
    })

    it('lets go who waits when it is released by a reload', async () => {
      const { answer } = waiting()
      await sleep(100)
      const reloaded = steered(before(), { cohort: true })
      expect(await apply(reloaded)).toMatchObject({ reloaded: true })
      expect(await answer).toMatchObject({ status: 200, body: '1.0.0' })
    })
  })
}
