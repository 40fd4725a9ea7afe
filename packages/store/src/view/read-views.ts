import type { Kysely } from 'kysely'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Schema } from '../schema.ts'
import type { View, ViewKind } from './fold.ts'

export interface ViewPageQuery {
  /** `next` of the page before; absent for the first page. */
  cursor?: string
  /** At most 500; 50 when absent. */
  limit?: number
}

export interface ViewPage<S> {
  items: View<S>[]
  /** Present when there is more. */
  next?: string
}

/** Reads documents, typed by the fold that makes them. */
export interface ViewReader {
  /** One document, or undefined where no event has shaped it. */
  view<S>(kind: ViewKind<S>, id: string): Promise<View<S> | undefined>
  /** Documents of one kind, newest first by their first event. Throws TowpathError BAD_CURSOR. */
  listViews<S>(kind: ViewKind<S>, query?: ViewPageQuery): Promise<ViewPage<S>>
}

const PAGE_DEFAULT = 50
const PAGE_MAX = 500

/** Reads from the pool or inside a transaction. The folds are the only authors of states, so their types hold. */
export const viewReader = (db: Kysely<Schema>): ViewReader => ({
  view: async <S>({ kind }: ViewKind<S>, id: string) => {
    const row = await selectKind(db, kind).where('id', '=', id).executeTakeFirst()
    return row as View<S> | undefined
  },
  listViews: async <S>({ kind }: ViewKind<S>, query: ViewPageQuery = {}) => {
    const limit = Math.min(Math.max(query.limit ?? PAGE_DEFAULT, 1), PAGE_MAX)
    const rows = await selectPage(db, kind, query.cursor)
      .limit(limit + 1)
      .execute()
    const items = rows.slice(0, limit) as View<S>[]
    const last = items.at(-1)
    const hasMore = rows.length > limit && last !== undefined
    return hasMore ? { items, next: `${last.created}:${last.id}` } : { items }
  },
})

const selectKind = (db: Kysely<Schema>, kind: string) =>
  db.selectFrom('view').select(['id', 'created', 'seq', 'state']).where('kind', '=', kind)

const selectPage = (db: Kysely<Schema>, kind: string, cursor: string | undefined) => {
  const newest = selectKind(db, kind).orderBy('created', 'desc').orderBy('id', 'desc')
  if (cursor === undefined) return newest
  const { created, id } = parseCursor(cursor)
  return newest.where((row) => row(row.refTuple('created', 'id'), '<', row.tuple(created, id)))
}

const parseCursor = (cursor: string): { created: number; id: string } => {
  const [, created, id] = /^(\d{1,15}):([^\0]+)$/.exec(cursor) ?? []
  if (created !== undefined && id !== undefined) return { created: Number(created), id }
  throw new TowpathError({
    code: 'BAD_CURSOR',
    kind: 'usage',
    message: 'The page cursor is not one that a listing gave.',
    hint: 'Nothing was read. Start without a cursor, then pass `next` as it was given.',
  })
}
