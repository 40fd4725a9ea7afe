import pg from 'pg'
import { DATABASE_USER } from './cluster.ts'

export interface Greeting {
  /** URL of the `towpath` database; holds the password. */
  url: string
  version: string
  /** The data directory the server says it serves. */
  dataDir: string
}

const CONNECT_DEADLINE_MS = 5_000
const DATABASE_NAME = 'towpath'

/** Connects to a server on loopback, makes sure our database exists there and asks who it is. */
export const greet = async (port: number, password: string): Promise<Greeting> => {
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user: DATABASE_USER, password, database: 'postgres' },
    ...{ connectionTimeoutMillis: CONNECT_DEADLINE_MS, query_timeout: CONNECT_DEADLINE_MS * 4 },
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const answer = await client.query<{ version: string; dir: string; known: boolean }>(
      `select current_setting('server_version') as version, current_setting('data_directory') as dir,
              exists (select from pg_database where datname = $1) as known`,
      [DATABASE_NAME],
    )
    const [row] = answer.rows
    if (row === undefined) throw new Error('the server answered nothing')
    if (!row.known) await createDatabase(client)
    const url = `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/${DATABASE_NAME}`
    return { url, version: row.version, dataDir: row.dir }
  } finally {
    await client.end()
  }
}

const createDatabase = async (client: pg.Client): Promise<void> => {
  try {
    await client.query(`create database ${DATABASE_NAME}`)
  } catch (thrown) {
    // 42P04, or 23505 on the catalogue: another start created it in the same moment.
    const { code } = thrown as pg.DatabaseError
    if (code !== '42P04' && code !== '23505') throw thrown
  }
}
