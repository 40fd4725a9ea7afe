import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import { GENESIS_HASH } from './event-body.ts'
import { diagnose } from './diagnose.ts'
import type { ChainFault, FoundRow } from './diagnose.ts'

/** Rows a statement checks: long enough to cost nothing extra, short enough to end within its deadline. */
const RANGE_ROWS = 50_000
const SCANS_AT_ONCE = 3
/** Where a body says its place, as a PostgreSQL expression. */
const CLAIMED_SEQ = String.raw`^\{"seq":(\d{1,15}),`

/** Checks rows 1..last, each against its own text and against the row before; the first fault, or undefined. */
export const scanChain = async (db: Kysely<Schema>, last: number): Promise<ChainFault | undefined> => {
  const starts = Array.from({ length: Math.ceil(last / RANGE_ROWS) }, (_, index) => index * RANGE_ROWS + 1)
  const queue = starts.values()
  let firstBad: number | undefined
  const worker = async (): Promise<void> => {
    for (const start of queue) {
      // Ranges are taken in order: once one is bad, those still in the queue cannot be the first.
      if (firstBad !== undefined) return
      const bad = await scanRange(db, start)
      if (bad !== undefined) firstBad = Math.min(bad, firstBad ?? bad)
    }
  }
  await Promise.all(Array.from({ length: SCANS_AT_ONCE }, worker))
  return firstBad === undefined ? undefined : diagnoseAt(db, firstBad)
}

/** The body begins with its own seq because its keys have one order: no JSON needs parsing here. */
const scanRange = async (db: Kysely<Schema>, start: number): Promise<number | undefined> => {
  const { rows } = await sql<{ seq: number | null }>`
    select min(seq) as seq from (
      select seq, sound, prev, lag(hash) over places as hash_before, lag(seq) over places as seq_before
      from (
        select seq, prev, hash,
               hash = sha256(prev || convert_to(body, 'UTF8')) and starts_with(body, '{"seq":' || seq || ',') as sound
        from event where seq >= ${start - 1} and seq < ${start + RANGE_ROWS}
        order by seq offset 0
      ) as row_check
      window places as (order by seq)
    ) as chain_check
    where seq >= ${start}
      and (not sound
        or seq is distinct from coalesce(seq_before, ${start === 1 ? 0 : null}::bigint) + 1
        or prev is distinct from coalesce(hash_before, ${start === 1 ? GENESIS_HASH : null}::bytea))`.execute(
    db,
  )
  return rows[0]?.seq ?? undefined
}

const diagnoseAt = async (db: Kysely<Schema>, seq: number): Promise<ChainFault> => {
  const [row, before, after, ownerSeq] = await Promise.all([
    findRow(db, sql`seq = ${seq}`, sql`seq`),
    findRow(db, sql`seq < ${seq}`, sql`seq desc`),
    findRow(db, sql`seq > ${seq}`, sql`seq`),
    findOwner(db, seq),
  ])
  if (row === undefined) return { seq, problem: 'removed', message: `Event ${seq} is missing.` }
  return diagnose({ row, before, after, ownerSeq })
}

const findRow = async (
  db: Kysely<Schema>,
  place: ReturnType<typeof sql>,
  order: ReturnType<typeof sql>,
): Promise<FoundRow | undefined> => {
  const { rows } = await sql<{ seq: number; body_seq: number | null; prev: string; hash: string }>`
    select seq, substring(body from ${CLAIMED_SEQ})::bigint as body_seq,
           encode(prev, 'hex') as prev, encode(hash, 'hex') as hash
    from event where ${place} order by ${order} limit 1`.execute(db)
  const [row] = rows
  return row && { seq: row.seq, bodySeq: row.body_seq ?? undefined, prev: row.prev, hash: row.hash }
}

const findOwner = async (db: Kysely<Schema>, seq: number): Promise<number | undefined> => {
  const { rows } = await sql<{ seq: number }>`
    select seq from event where starts_with(body, ${`{"seq":${seq},`}) and seq <> ${seq} order by seq limit 1`.execute(
    db,
  )
  return rows[0]?.seq
}
