import type { DatabaseProbe } from '@towpath/app/ports/database-probe.ts'
import { describe, expect, it } from 'vitest'

export interface DatabaseProbeUnderTest {
  probe: DatabaseProbe
  /** Of a database that answers, and of one that does not. */
  url: string
  deadUrl: string
}

/** The promises of the port; every implementation runs them. */
export function databaseProbeContract(open: () => Promise<DatabaseProbeUnderTest>): void {
  describe('database probe contract', () => {
    it('names the version of a database that answers', async () => {
      const { probe, url } = await open()
      expect(await probe.reach(url, 20_000)).toEqual({
        reachable: true,
        version: expect.stringMatching(/^PostgreSQL \d+/),
      })
    })

    it('tells how many connections it allows, at least as many as it has', async () => {
      const { probe, url } = await open()
      const answer = await probe.room(url, 20_000)
      expect(answer).toEqual({
        reachable: true,
        version: expect.stringMatching(/^PostgreSQL \d+/),
        connections: { allowed: expect.any(Number), open: expect.any(Number) },
      })
      const { connections } = answer as { connections: { allowed: number; open: number } }
      expect(connections.open).toBeGreaterThan(0)
      expect(connections.allowed).toBeGreaterThanOrEqual(connections.open)
    })

    it('goes to the address that it is given instead of the name', async () => {
      const { probe, url } = await open()
      const named = new URL(url)
      const at = named.hostname
      named.hostname = 'postgres'
      expect(await probe.reach(named.href, 20_000, at)).toMatchObject({ reachable: true })
      expect(await probe.room(named.href, 20_000, at)).toMatchObject({ reachable: true })
    })

    it('says why one does not answer, and nothing of its URL', async () => {
      const { probe, deadUrl } = await open()
      const answer = await probe.reach(deadUrl, 20_000)
      expect(answer).toEqual({ reachable: false, why: expect.stringMatching(/./) })
      expect(JSON.stringify(answer)).not.toContain(new URL(deadUrl).password)
      expect(await probe.room(deadUrl, 20_000)).toEqual(answer)
    })
  })
}
