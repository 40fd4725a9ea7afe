import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import { readBody } from '../ledger/event-body.ts'
import { lockHead } from '../ledger/head.ts'
import type { Schema } from '../schema.ts'
import { applyFolds } from './apply-folds.ts'
import type { Fold } from './fold.ts'

const BATCH_EVENTS = 1_000

/**
 * Folds the whole ledger again into fresh documents, in one transaction; readers see the old ones until it ends,
 * writers wait.
 */
export const rebuildViews = (db: Kysely<Schema>, folds: readonly Fold[]): Promise<void> =>
  db.transaction().execute(async (trx) => {
    const head = await lockHead(trx)
    await refold(trx, folds, head.seq)
  })

/** Folds again when the documents there were made by other folds: another version, a kind more or a kind less. */
export const refreshViews = async (db: Kysely<Schema>, folds: readonly Fold[]): Promise<void> => {
  const rows = await db.selectFrom('projection').select(['kind', 'version']).execute()
  const known = new Map(rows.map(({ kind, version }) => [kind, version]))
  const isCurrent =
    known.size === folds.length && folds.every(({ kind, version }) => known.get(kind) === version)
  if (!isCurrent) await rebuildViews(db, folds)
}

const refold = async (trx: Transaction<Schema>, folds: readonly Fold[], headSeq: number): Promise<void> => {
  await sql`delete from view`.execute(trx)
  await sql`delete from projection`.execute(trx)
  for (let after = 0; after < headSeq; after += BATCH_EVENTS) {
    const rows = await trx
      .selectFrom('event')
      .select('body')
      .where('seq', '>', after)
      .where('seq', '<=', after + BATCH_EVENTS)
      .orderBy('seq')
      .execute()
    const events = rows.map(({ body }) => readBody(body))
    await applyFolds(trx, folds, events)
  }
  const versions = folds.map(({ kind, version }) => ({ kind, version }))
  if (versions.length > 0) await trx.insertInto('projection').values(versions).execute()
}
