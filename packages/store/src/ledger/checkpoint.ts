import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import { readHead } from './head.ts'
import type { SignedHead } from './signed-head.ts'

/** Signs a head; wired with the installation's key and name. */
export type HeadSigner = (head: { seq: number; hash: string; at: string }) => SignedHead

/** Signs the present head and keeps the signature; a head already signed keeps its first one. */
export const takeCheckpoint = async (
  db: Kysely<Schema>,
  signer: HeadSigner,
  now: Date,
): Promise<SignedHead> => {
  const head = await readHead(db)
  const signed = signer({ ...head, at: now.toISOString() })
  await db
    .insertInto('checkpoint')
    .values({ ...signed, hash: Buffer.from(signed.hash, 'hex') })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return signed
}

/** Every kept signature, oldest first. */
export const readCheckpoints = async (db: Kysely<Schema>): Promise<SignedHead[]> => {
  const rows = await db.selectFrom('checkpoint').selectAll().orderBy('seq').execute()
  return rows.map((row) => ({ ...row, hash: Buffer.from(row.hash).toString('hex') }))
}
