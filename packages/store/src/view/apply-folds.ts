import type { Transaction } from 'kysely'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { Schema } from '../schema.ts'
import type { Fold } from './fold.ts'

interface Draft {
  kind: string
  id: string
  created: number
  seq: number
  /** JSON text: what one fold returns is what the next one parses, live and in a rebuild alike. */
  state: string
}

/** One document that one event may shape. */
interface Touch {
  key: string
  fold: Fold
  id: string
  event: LedgerEvent
}

/** Applies events, in their order, to every document they shape. Runs under the lock on the ledger's head. */
export const applyFolds = async (
  trx: Transaction<Schema>,
  folds: readonly Fold[],
  events: readonly LedgerEvent[],
): Promise<void> => {
  const touches = events.flatMap((event) => touchesOf(folds, event))
  if (touches.length === 0) return
  const drafts = await loadDrafts(trx, touches)
  for (const touch of touches) drafts.set(touch.key, shape(drafts.get(touch.key), touch))
  await saveDrafts(trx, [...drafts.values()])
}

const touchesOf = (folds: readonly Fold[], event: LedgerEvent): Touch[] =>
  folds.flatMap((fold) => fold.idsOf(event).map((id) => ({ key: keyOf(fold.kind, id), fold, id, event })))

const keyOf = (kind: string, id: string): string => JSON.stringify([kind, id])

const shape = (before: Draft | undefined, { fold, id, event }: Touch): Draft => {
  const state = fold.fold(before === undefined ? undefined : JSON.parse(before.state), event)
  const created = before?.created ?? event.seq
  return { kind: fold.kind, id, created, seq: event.seq, state: JSON.stringify(state) }
}

const loadDrafts = async (
  trx: Transaction<Schema>,
  touches: readonly Touch[],
): Promise<Map<string, Draft>> => {
  const keys = new Map(touches.map(({ key, fold, id }) => [key, [fold.kind, id] as const]))
  const rows = await trx
    .selectFrom('view')
    .select(['kind', 'id', 'created', 'seq', 'state'])
    .where((expression) =>
      expression(
        expression.refTuple('kind', 'id'),
        'in',
        [...keys.values()].map(([kind, id]) => expression.tuple(kind, id)),
      ),
    )
    .execute()
  return new Map(rows.map((row) => [keyOf(row.kind, row.id), { ...row, state: JSON.stringify(row.state) }]))
}

const saveDrafts = async (trx: Transaction<Schema>, drafts: readonly Draft[]): Promise<void> => {
  await trx
    .insertInto('view')
    .values([...drafts])
    .onConflict((conflict) =>
      conflict.columns(['kind', 'id']).doUpdateSet((row) => ({
        seq: row.ref('excluded.seq'),
        state: row.ref('excluded.state'),
      })),
    )
    .execute()
}
