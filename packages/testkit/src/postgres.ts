import { startEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import pg from 'pg'
import { forwardToContainers, type Forwarder } from './postgres/forward-to-containers.ts'

/** One database of the "managed" server, with its own account. */
export interface ManagedDatabase {
  /** For this machine. Holds the password. */
  url: string
  /** For containers. Holds the password. */
  containerUrl: string
  /** The variables that the example's compose file wants, for containers. */
  settings: Record<
    | 'POSTGRES_HOST'
    | 'POSTGRES_PORT'
    | 'POSTGRES_DB'
    | 'POSTGRES_USER'
    | 'POSTGRES_PASSWORD'
    | 'POSTGRES_OPTIONS',
    string
  >
}

export interface ManagedPostgres {
  version: string
  /** Creates database and account of this name unless they exist. Letters, digits and underscores. */
  ensureDatabase(name: string): Promise<ManagedDatabase>
  stop(): Promise<void>
}

/**
 * Plays the managed PostgreSQL that a project's compose file does not have: the embedded server on loopback, and a way
 * to it for containers only. Starting again over the same folder finds the same data.
 */
export const startManagedPostgres = async (dataDir: string): Promise<ManagedPostgres> => {
  const server = await startEmbeddedPostgres({ dataDir })
  const forwarder = await forwardToContainers(Number(new URL(server.url).port))
  return {
    version: server.version,
    ensureDatabase: (name) => ensureDatabase(server.url, forwarder, name),
    stop: async () => {
      await forwarder.stop()
      await server.stop()
    },
  }
}

/** Known to whoever reads this file, and so no secret: the server is reachable from this machine only. */
const password = 'example-only'

const ensureDatabase = async (
  adminUrl: string,
  { host, port }: Forwarder,
  name: string,
): Promise<ManagedDatabase> => {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(name)) throw new Error(`"${name}" is no database name`)
  await withClient(adminUrl, async (client) => {
    const role = await client.query('select 1 from pg_roles where rolname = $1', [name])
    if (role.rowCount === 0) await client.query(`create role ${name} login password '${password}'`)
    const database = await client.query('select 1 from pg_database where datname = $1', [name])
    if (database.rowCount === 0) await client.query(`create database ${name} owner ${name}`)
  })
  const url = new URL(adminUrl)
  Object.assign(url, { username: name, password, pathname: `/${name}` })
  return {
    url: url.href,
    containerUrl: `postgres://${name}:${password}@${host}:${port}/${name}?sslmode=disable`,
    settings: {
      POSTGRES_HOST: host,
      POSTGRES_PORT: String(port),
      POSTGRES_DB: name,
      POSTGRES_USER: name,
      POSTGRES_PASSWORD: password,
      POSTGRES_OPTIONS: 'sslmode=disable',
    },
  }
}

const withClient = async (url: string, act: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
  })
  await client.connect()
  try {
    await act(client)
  } finally {
    await client.end()
  }
}
