import { randomBytes, randomUUID } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { runEngineTool } from './engine-process.ts'
import type { ServerUser } from './engine-process.ts'
import type { Engine } from './engine.ts'

/** The files of one database server; the password is generated once and only the owner reads it. */
export interface Cluster {
  dataDir: string
  password: string
}

export const DATABASE_USER = 'towpath'

const INITDB_DEADLINE_MS = 120_000

/** Opens the cluster under `home`, or undefined where none was ever made. */
export const findCluster = async (home: string): Promise<Cluster | undefined> => {
  const password = await readFile(passwordFile(clusterDir(home)), 'utf8').catch(() => undefined)
  return password === undefined ? undefined : { dataDir: join(clusterDir(home), 'data'), password }
}

/** Makes the cluster beside its final name and publishes it by one rename: complete or absent. */
export const createCluster = async (
  home: string,
  engine: Engine,
  user: ServerUser | undefined,
): Promise<Cluster> => {
  await mkdir(home, { recursive: true, mode: 0o711 })
  const draft = `${clusterDir(home)}.${randomUUID()}`
  try {
    await initialise(draft, engine, user)
    await rename(draft, clusterDir(home))
  } catch (thrown) {
    // ENOTEMPTY: another start was quicker, and its cluster is as good as ours.
    if ((await findCluster(home)) === undefined) throw thrown
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  const made = await findCluster(home)
  if (made === undefined) throw new Error(`no cluster at ${home} right after it was made`)
  return made
}

const initialise = async (draft: string, engine: Engine, user: ServerUser | undefined): Promise<void> => {
  const dataDir = join(draft, 'data')
  await mkdir(draft)
  await chmod(draft, 0o711)
  await mkdir(dataDir, { mode: 0o700 })
  await writeFile(passwordFile(draft), randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (user !== undefined) {
    await chown(dataDir, user.uid, user.gid)
    await chown(passwordFile(draft), user.uid, user.gid)
  }
  const answer = await runEngineTool({
    file: engine.initdb,
    args: [
      ...['--pgdata', dataDir, '--username', DATABASE_USER, '--pwfile', passwordFile(draft)],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--data-checksums'],
      // The built-in provider orders text the same on every machine, whatever locales it has.
      ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
    ],
    user,
    deadlineMs: INITDB_DEADLINE_MS,
  })
  if (answer.code !== 0) {
    throw new TowpathError({
      code: 'EMBEDDED_POSTGRES_UNUSABLE',
      kind: 'failed',
      message: `The embedded PostgreSQL could not create its data directory: ${answer.output || 'no answer in time'}`,
      hint: 'Nothing was left behind. Fix what the message names, or give any PostgreSQL >= 15 by its URL.',
    })
  }
  await configureOnce(dataDir, user)
}

const configureOnce = async (dataDir: string, user: ServerUser | undefined): Promise<void> => {
  const main = join(dataDir, 'postgresql.conf')
  await writeFile(main, `${await readFile(main, 'utf8')}\ninclude '${SETTINGS_FILE}'\n`)
  await writeFile(join(dataDir, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n')
  await mkdir(join(dataDir, 'log'), { mode: 0o700 })
  if (user !== undefined) await chown(join(dataDir, 'log'), user.uid, user.gid)
}

const SETTINGS_FILE = 'towpath.conf'

/** Writes the settings of the next start. Memory is sized for a ledger, not for analytics. */
export const writeSettings = async (
  cluster: Cluster,
  port: number,
  user: ServerUser | undefined,
): Promise<void> => {
  const settings = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    "unix_socket_directories = ''",
    'max_connections = 60',
    'shared_buffers = 64MB',
    'maintenance_work_mem = 64MB',
    'max_wal_size = 512MB',
    // Leaves the door open to move to another server by logical replication.
    'wal_level = logical',
    'io_method = sync',
    'jit = off',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    // One file per weekday, overwritten a week later: logs stay bounded.
    'logging_collector = on',
    "log_filename = 'server-%a.log'",
    'log_truncate_on_rotation = on',
    'log_rotation_age = 1d',
    'log_rotation_size = 0',
  ]
  const file = join(cluster.dataDir, SETTINGS_FILE)
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 })
  if (user !== undefined) await chown(file, user.uid, user.gid)
}

/** The port of the last start, so that clients find the server where it was. */
export const rememberedPort = async (cluster: Cluster): Promise<number | undefined> => {
  const text = await readFile(join(cluster.dataDir, SETTINGS_FILE), 'utf8').catch(() => '')
  const port = /^port = (\d+)$/m.exec(text)?.[1]
  return port === undefined ? undefined : Number(port)
}

/** Refuses data written by another major version: PostgreSQL cannot read it. */
export const requireSameMajor = async (cluster: Cluster, engine: Engine): Promise<void> => {
  const dataMajor = (await readFile(join(cluster.dataDir, 'PG_VERSION'), 'utf8')).trim()
  if (engine.version.startsWith(`${dataMajor}.`)) return
  throw new TowpathError({
    code: 'EMBEDDED_POSTGRES_MAJOR',
    kind: 'failed',
    message: `The database in ${cluster.dataDir} was written by PostgreSQL ${dataMajor}, the installed binaries are ${engine.version}.`,
    hint: 'Nothing was changed. Install the Towpath version that wrote it, or move the database to the new major version first.',
  })
}

/** The end of the newest log, for an error message. */
export const lastLogLines = async (cluster: Cluster): Promise<string> => {
  const text = await readFile(startupLog(cluster), 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-5).join(' | ')
}

export const startupLog = (cluster: Cluster): string => join(cluster.dataDir, 'log', 'startup.log')

const clusterDir = (home: string): string => join(home, 'cluster')
const passwordFile = (cluster: string): string => join(cluster, 'password')
