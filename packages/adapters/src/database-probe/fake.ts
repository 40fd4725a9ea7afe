import type { DatabaseProbe } from '@towpath/app/ports/database-probe.ts'

export interface FakeDatabaseProbe extends DatabaseProbe {
  /** Why each database does not answer, by URL; a database that is not here answers. */
  readonly down: Map<string, string>
}

/** A probe that knows no network, for tests of what stands on it. */
export function fakeDatabaseProbe(): FakeDatabaseProbe {
  const down = new Map<string, string>()
  return {
    down,
    async reach(url) {
      const why = down.get(url)
      return why === undefined ? { reachable: true, version: 'PostgreSQL 18.0' } : { reachable: false, why }
    },
  }
}
