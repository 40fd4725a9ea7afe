import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Migration } from 'kysely/migration'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { asStoreError, reaching } from '../database-error.ts'
import type { Schema } from '../schema.ts'
import { up as createLedger } from './0001-ledger.ts'

/** Every change to the schema, oldest first by name. A released one never changes again. */
const MIGRATIONS: Record<string, Migration> = { '0001-ledger': { up: createLedger } }

const SERVER_VERSION_MIN = 150_000

/**
 * Brings the database to this program's schema: all steps in one transaction, under an advisory
 * lock, so two starting controllers never meet and a crash leaves the old schema whole.
 * Throws TowpathError DATABASE_TOO_OLD, DATABASE_ENCODING, DATABASE_SCHEMA or DATABASE_UNREACHABLE.
 */
export const migrate = async (db: Kysely<Schema>): Promise<void> => {
  await reaching(() => requireUsableServer(db))
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return
  const known = asStoreError(error)
  if (known instanceof TowpathError) throw known
  throw new TowpathError({
    code: 'DATABASE_SCHEMA',
    kind: 'failed',
    message: `The database could not be brought to this program's schema: ${messageOf(error)}.`,
    hint: 'The schema was left as it was. If the database was last used by a newer Towpath, run that version.',
    cause: error,
  })
}

const requireUsableServer = async (db: Kysely<Schema>): Promise<void> => {
  const { rows } = await sql<{ version: number; name: string; encoding: string }>`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as name,
           current_setting('server_encoding') as encoding`.execute(db)
  const [server] = rows
  if (server === undefined || server.version < SERVER_VERSION_MIN) {
    throw new TowpathError({
      code: 'DATABASE_TOO_OLD',
      kind: 'usage',
      message: `The database is PostgreSQL ${server?.name ?? 'of unknown version'}; Towpath needs 15 or newer.`,
      hint: 'Nothing was changed. Point the database URL at a newer server, or leave it out to use the embedded one.',
    })
  }
  if (server.encoding === 'UTF8') return
  throw new TowpathError({
    code: 'DATABASE_ENCODING',
    kind: 'usage',
    message: `The database is encoded as ${server.encoding}; the ledger needs UTF8.`,
    hint: "Nothing was changed. Create the database with `encoding 'UTF8'`.",
  })
}
