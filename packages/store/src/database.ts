import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Schema } from './schema.ts'

/** A pool of connections and the query builder over it. */
export interface Database {
  url: string
  kysely: Kysely<Schema>
  close(): Promise<void>
}

const CONNECT_DEADLINE_MS = 10_000
const STATEMENT_DEADLINE_MS = 60_000
const LOCK_DEADLINE_MS = 30_000
const IDLE_IN_TRANSACTION_DEADLINE_MS = 30_000
const POOL_CONNECTIONS_MAX = 10

/** What every connection of ours has in common: names, deadlines, numbers for bigint. */
export const connectionConfig = (url: string, purpose: string): pg.ClientConfig => ({
  connectionString: url,
  application_name: `towpath ${purpose}`,
  connectionTimeoutMillis: CONNECT_DEADLINE_MS,
  statement_timeout: STATEMENT_DEADLINE_MS,
  lock_timeout: LOCK_DEADLINE_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_DEADLINE_MS,
  // Also covers a server that took the query and then stopped answering at all.
  query_timeout: STATEMENT_DEADLINE_MS + 5_000,
  keepAlive: true,
  // bigint columns are sequence numbers, far below 2^53.
  types: {
    getTypeParser: (oid, format) =>
      oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
  },
})

/** Opens the pool; connects on first use. Connection faults surface in queries, never as a process crash. */
export const openDatabase = (url: string): Database => {
  const pool = new pg.Pool({ ...connectionConfig(url, 'store'), max: POOL_CONNECTIONS_MAX })
  pool.on('error', () => {})
  // A connection that breaks between two queries of a transaction has no other listener.
  pool.on('connect', (client) => client.on('error', () => {}))
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  return { url, kysely, close: () => kysely.destroy() }
}
