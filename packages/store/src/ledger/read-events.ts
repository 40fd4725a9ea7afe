import type { Kysely } from 'kysely'
import type { EventType, LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { reaching } from '../database-error.ts'
import type { Schema } from '../schema.ts'
import { readBody } from './event-body.ts'

export interface EventFilter {
  environment?: string
  release?: string
  deployment?: string
  types?: readonly EventType[]
}

export interface EventQuery extends EventFilter {
  /** Only events with a greater seq. */
  after?: number
  /** Only events with a smaller seq. */
  before?: number
  /** At most 1,000; 100 when absent. */
  limit?: number
  /** Oldest first unless said otherwise. */
  order?: 'oldest' | 'newest'
}

/** An event with its place in the chain; `body` is the exact text that was hashed. */
export interface LedgerRow {
  seq: number
  body: string
  prev: string
  hash: string
}

const LIMIT_DEFAULT = 100
const LIMIT_MAX = 1_000
const STREAM_BATCH_ROWS = 1_000

/** One page of events. The next page begins after (or before) the seq of the last one. */
export const readEvents = async (db: Kysely<Schema>, query: EventQuery): Promise<LedgerEvent[]> => {
  if (query.types?.length === 0) return []
  let select = db.selectFrom('event').select('body')
  for (const label of ['environment', 'release', 'deployment'] as const) {
    const wanted = query[label]
    if (wanted !== undefined) select = select.where(label, '=', wanted)
  }
  if (query.types !== undefined) select = select.where('type', 'in', [...query.types])
  if (query.after !== undefined) select = select.where('seq', '>', query.after)
  if (query.before !== undefined) select = select.where('seq', '<', query.before)
  const rows = await select
    .orderBy('seq', query.order === 'newest' ? 'desc' : 'asc')
    .limit(Math.min(Math.max(query.limit ?? LIMIT_DEFAULT, 1), LIMIT_MAX))
    .execute()
  return rows.map(({ body }) => readBody(body))
}

/** Every row after `after`, in bounded batches, until there is no more; for export. */
export async function* streamRows(db: Kysely<Schema>, after: number): AsyncGenerator<LedgerRow> {
  for (let cursor = after; ;) {
    const rows = await reaching(() => readRows(db, cursor))
    for (const row of rows) yield { seq: row.seq, body: row.body, prev: hex(row.prev), hash: hex(row.hash) }
    const last = rows.at(-1)
    if (last === undefined || rows.length < STREAM_BATCH_ROWS) return
    cursor = last.seq
  }
}

const readRows = (db: Kysely<Schema>, after: number) =>
  db
    .selectFrom('event')
    .select(['seq', 'body', 'prev', 'hash'])
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(STREAM_BATCH_ROWS)
    .execute()

/** The hash of one event, to compare with a head that somebody remembers; undefined where there is none. */
export const hashAt = async (db: Kysely<Schema>, seq: number): Promise<string | undefined> => {
  const row = await db.selectFrom('event').select('hash').where('seq', '=', seq).executeTakeFirst()
  return row === undefined ? undefined : hex(row.hash)
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
