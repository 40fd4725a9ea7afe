import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Schema } from './schema.ts'

const BLOB_BYTES_MAX = 32 * 1024 * 1024

/** Stores bytes under their SHA-256 (hex) and returns it; storing them again changes nothing. Throws BLOB_TOO_LARGE. */
export const putBlob = async (db: Kysely<Schema>, bytes: Uint8Array): Promise<string> => {
  if (bytes.byteLength > BLOB_BYTES_MAX) {
    throw new TowpathError({
      code: 'BLOB_TOO_LARGE',
      kind: 'usage',
      message: `An input of ${bytes.byteLength} bytes is more than the ${BLOB_BYTES_MAX} the store takes.`,
      hint: 'Nothing was written. Store less of it, or a digest of it.',
    })
  }
  const digest = createHash('sha256').update(bytes).digest('hex')
  await db
    .insertInto('blob')
    .values({ digest, bytes: Buffer.from(bytes) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return digest
}

/** Forgets what is stored under a digest, where it is. For what nothing of the ledger has to be read with again. */
export const deleteBlob = async (db: Kysely<Schema>, digest: string): Promise<void> => {
  await db.deleteFrom('blob').where('digest', '=', digest).execute()
}

/** The bytes stored under a digest, or undefined. Throws BLOB_CHANGED when they no longer match it. */
export const getBlob = async (db: Kysely<Schema>, digest: string): Promise<Buffer | undefined> => {
  const row = await db.selectFrom('blob').select('bytes').where('digest', '=', digest).executeTakeFirst()
  if (row === undefined) return undefined
  const bytes = Buffer.from(row.bytes)
  if (createHash('sha256').update(bytes).digest('hex') === digest) return bytes
  throw new TowpathError({
    code: 'BLOB_CHANGED',
    kind: 'failed',
    message: `The input stored as ${digest} no longer has that digest; somebody changed the database by hand.`,
    hint: 'It was not used. Restore the database from a backup.',
  })
}
