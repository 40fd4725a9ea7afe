import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, SERVICE, candidate, inMs, live, steered } from './bench.ts'

export function cohortPromises(open: () => Promise<Bench>): void {
  describe('cohort', () => {
    let bench: Bench
    const wanted = (perMyriad: number | null) =>
      steered(bench.wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') }), {
        cohort: true,
        trial: perMyriad === null ? null : { slot: 's2', perMyriad, salt: 9_876 },
      })
    const raise = (perMyriad: number) => bench.edge.apply(bench.spec, wanted(perMyriad))
    beforeEach(async () => {
      bench = await open()
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await bench.edge.ensure(bench.spec, wanted(null))
      await bench.until('s2', ({ health }) => health === 'up')
    })

    it('clients stay where they were drawn to, and nobody goes back as the share grows', async () => {
      await raise(2_000)
      await bench.edge.renew(bench.spec, { service: SERVICE, until: inMs(60_000) })
      const clients: { cookie: string; release: string }[] = []
      for (let number = 0; number < 40; number++) {
        const { body, cookie } = await bench.get('/')
        expect(cookie).toMatch(/^towpath-cohort=\d{1,4}; Path=\/; /)
        clients.push({ cookie: cookie?.split(';')[0] ?? '', release: body })
      }
      for (const perMyriad of [2_000, 5_000, 10_000]) {
        await raise(perMyriad)
        for (const client of clients) {
          const { body, cookie } = await bench.get('/', { cookie: `a=b; ${client.cookie}; c=d` })
          expect(cookie).toBeNull()
          const mayMove = client.release === '1.0.0' && perMyriad > 2_000
          expect(mayMove ? ['1.0.0', '1.1.0'] : [client.release]).toContain(body)
          client.release = body
        }
      }
      expect(clients.every(({ release }) => release === '1.1.0')).toBe(true)
    })

    it('what is no number of ours is no cookie', async () => {
      await raise(5_000)
      await bench.edge.renew(bench.spec, { service: SERVICE, until: inMs(60_000) })
      for (const forged of ['', '-1', '10000', '1e3', 'x', '12 34'])
        expect((await bench.get('/', { cookie: `towpath-cohort=${forged}` })).cookie).toMatch(
          /^towpath-cohort=\d/,
        )
    })

    it('nobody gets a cookie while there is no trial, or its lease is over', async () => {
      expect((await bench.get('/')).cookie).toBeNull()
      await raise(5_000)
      expect((await bench.get('/')).cookie).toBeNull()
    })
  })
}
