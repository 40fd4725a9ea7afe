import { mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { createCluster, findCluster, requireSameMajor } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { stageEngine } from './engine.ts'
import { SHARED_DIR, chooseHome, possibleHomes, rememberLocation } from './home.ts'
import type { EmbeddedHome } from './home.ts'
import { startOrAdopt, stopServer } from './server.ts'
import type { EmbeddedServer } from './server.ts'
import { ensureServerUser, findServerUser } from './server-user.ts'

export interface EmbeddedPostgresOptions {
  /** This installation's folder for the database; `chooseHome` says where root really puts it. */
  dataDir: string
  /** Wanted port; otherwise the one of the last start, otherwise a random free one. */
  port?: number
  /** Where root keeps what the server's account must reach; only tests change it. */
  sharedDir?: string
  log?: (message: string, fields: Record<string, unknown>) => void
}

export interface EmbeddedPostgres {
  /** Holds the password: never log it. */
  url: string
  /** The server's own version, such as `18.4`. */
  version: string
  /** True when the server was already running, left alive by a controller that died. */
  adopted: boolean
  /** Where the files lie. */
  home: string
  /** Stops the server, also an adopted one, and waits until it is gone. Twice is once. */
  stop(): Promise<void>
}

/**
 * Starts this installation's PostgreSQL on a loopback port, or adopts it where it still runs:
 * `pg_ctl` makes it a daemon, so that the death of the controller never kills the database.
 * Throws TowpathError EMBEDDED_POSTGRES_* naming the cause.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { server, place } = await prepare(options)
  const { adopted, greeting } = await startOrAdopt(server)
  options.log?.(adopted ? 'embedded PostgreSQL adopted' : 'embedded PostgreSQL started', {
    version: greeting.version,
    home: place.home,
    reason: place.reason,
    account: server.user?.name ?? 'our own',
  })
  return {
    url: greeting.url,
    version: greeting.version,
    adopted,
    home: place.home,
    stop: () => stopServer(server),
  }
}

/**
 * Stops the server and deletes its data for good; with `engine` also binaries shared with other
 * installations of this machine, when no other data is left beside them.
 */
export const removeEmbeddedPostgres = async (
  options: Pick<EmbeddedPostgresOptions, 'dataDir' | 'sharedDir'>,
  { engine = true }: { engine?: boolean } = {},
): Promise<void> => {
  const sharedDir = options.sharedDir ?? SHARED_DIR
  for (const home of await possibleHomes(options.dataDir, sharedDir)) {
    const cluster = await findCluster(home)
    if (cluster !== undefined) await stopForGood(cluster, dirname(home) === sharedDir ? sharedDir : home)
    await rm(home, { recursive: true, force: true })
  }
  if (engine) await removeUnusedEngines(sharedDir)
}

const stopForGood = async (cluster: Cluster, engineBase: string): Promise<void> => {
  const user = await findServerUser()
  await stopServer({ cluster, engine: await stageEngine(engineBase), user, port: undefined })
}

const prepare = async (
  options: EmbeddedPostgresOptions,
): Promise<{ server: EmbeddedServer; place: EmbeddedHome }> => {
  const user = await ensureServerUser()
  const place = await chooseHome(options.dataDir, user, options.sharedDir)
  // Before the binaries: a home says to `removeUnusedEngines` that somebody needs them.
  await mkdir(place.home, { recursive: true, mode: 0o711 })
  const engine = await stageEngine(place.engineBase)
  const cluster = await openCluster(place, () => createCluster(place.home, engine, user))
  await requireSameMajor(cluster, engine)
  await rememberLocation(options.dataDir, place.home)
  return { place, server: { cluster, engine, user, port: options.port } }
}

/** A database that was there once is never quietly replaced by an empty one. */
const openCluster = async (place: EmbeddedHome, create: () => Promise<Cluster>): Promise<Cluster> => {
  const found = await findCluster(place.home)
  if (found !== undefined) return found
  if (place.reason !== 'remembered') return create()
  throw new TowpathError({
    code: 'EMBEDDED_POSTGRES_DATA_GONE',
    kind: 'failed',
    message: `This installation's database was in ${place.home} and is not there any more.`,
    hint: 'Nothing was created in its place. Restore that folder from a backup, or delete `location.json` beside it to begin with an empty ledger.',
  })
}

const removeUnusedEngines = async (sharedDir: string): Promise<void> => {
  const left = await readdir(sharedDir).catch(() => [])
  if (left.some((name) => !name.startsWith('engine-'))) return
  for (const name of left) await rm(join(sharedDir, name), { recursive: true, force: true })
  await rmdir(sharedDir).catch(() => {})
}
