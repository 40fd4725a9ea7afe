import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { LedgerHead } from '@towpath/domain/ledger/event.ts'
import type { Schema } from '../schema.ts'

/** Channel of the hint that the head moved; its payload is the new seq. */
export const LEDGER_CHANNEL = 'ledger'

/** The current end of the chain. */
export const readHead = async (db: Kysely<Schema>): Promise<LedgerHead> => {
  const row = await db.selectFrom('ledger_head').select(['seq', 'hash']).executeTakeFirst()
  return toHead(row)
}

/**
 * Takes the lock that orders all writers and holds it until the transaction ends: commit order is
 * seq order, so a reader that has seen seq n has seen everything before it.
 */
export const lockHead = async (trx: Transaction<Schema>): Promise<LedgerHead> => {
  const row = await trx.selectFrom('ledger_head').select(['seq', 'hash']).forUpdate().executeTakeFirst()
  return toHead(row)
}

/** Moves the head and rings for followers; both take effect at commit. */
export const moveHead = async (trx: Transaction<Schema>, { seq, hash }: LedgerHead): Promise<void> => {
  await sql`with moved as (update ledger_head set seq = ${seq}, hash = ${Buffer.from(hash, 'hex')} returning seq)
            select pg_notify(${LEDGER_CHANNEL}, seq::text) from moved`.execute(trx)
}

const toHead = (row: { seq: number; hash: Uint8Array } | undefined): LedgerHead => {
  if (row !== undefined) return { seq: row.seq, hash: Buffer.from(row.hash).toString('hex') }
  throw new TowpathError({
    code: 'LEDGER_HEAD_MISSING',
    kind: 'failed',
    message: 'The row that holds the head of the ledger is gone; somebody changed the database by hand.',
    hint: 'Nothing was written. Run `towpath ledger verify`, then restore the database from a backup.',
  })
}
