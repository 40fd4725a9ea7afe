import { join } from 'node:path'
import type { Log } from '@towpath/app/ports/log.ts'
import { startEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'

/** The state database: a given one, or the one that this installation starts for itself. */
export interface StateDatabase {
  url: string
  /** Stops the server where it is ours; a given one is left alone. */
  stop: () => Promise<void>
  /** True where it ran already and may serve another process. */
  adopted: boolean
}

export async function openStateDatabase(
  { stateDir, databaseUrl }: { stateDir: string; databaseUrl: string | null },
  log: Log,
): Promise<StateDatabase> {
  if (databaseUrl !== null) return { url: databaseUrl, adopted: true, stop: async () => {} }
  const server = await startEmbeddedPostgres({
    dataDir: join(stateDir, 'database'),
    log: (message, fields) => log.info(fields, message),
  })
  return { url: server.url, adopted: server.adopted, stop: () => server.stop() }
}
