import type { DatabaseConnections } from '@towpath/domain/adoption/online/online-facts.ts'
import type { DatabaseProbe } from '@towpath/app/ports/database-probe.ts'

export interface FakeDatabaseProbe extends DatabaseProbe {
  /** Why each database does not answer, by URL; a database that is not here answers. */
  readonly down: Map<string, string>
  /** What every database that answers tells of its connections. */
  connections: DatabaseConnections | null
}

/** A probe that knows no network, for tests of what stands on it. */
export function fakeDatabaseProbe(): FakeDatabaseProbe {
  const down = new Map<string, string>()
  const probe: FakeDatabaseProbe = {
    down,
    connections: { allowed: 97, open: 1 },
    async reach(url) {
      const why = down.get(url)
      return why === undefined ? { reachable: true, version: 'PostgreSQL 18.0' } : { reachable: false, why }
    },
    async room(url, deadlineMs) {
      const reached = await probe.reach(url, deadlineMs)
      return reached.reachable ? { ...reached, connections: probe.connections } : reached
    },
  }
  return probe
}
