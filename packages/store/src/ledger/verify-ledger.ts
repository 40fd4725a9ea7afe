import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { LedgerHead } from '@towpath/domain/ledger/event.ts'
import type { Schema } from '../schema.ts'
import { readCheckpoints } from './checkpoint.ts'
import type { ChainFault } from './diagnose.ts'
import { hashAt } from './read-events.ts'
import { scanChain } from './scan-chain.ts'
import { verifySignedHead } from './signed-head.ts'

export interface VerifyOptions {
  /** Heads that somebody outside the database remembers. */
  expectedHeads?: readonly LedgerHead[]
  /** Checks the signatures of kept checkpoints; without it only their hashes are compared. */
  publicKeyPem?: string
}

export type LedgerVerdict =
  | { ok: true; events: number; head: LedgerHead; headsCompared: number }
  | ({ ok: false } & ChainFault)

interface Bounds {
  head: LedgerHead
  first: number
  last: LedgerHead
}

/**
 * Proves that every event is what was appended, in its place, none missing and none added; or names
 * the first that is not. Only heads kept outside the database (`expectedHeads`) prove that its owner
 * has not cut the tail off or written the whole chain anew.
 */
export const verifyLedger = async (db: Kysely<Schema>, options: VerifyOptions): Promise<LedgerVerdict> => {
  const bounds = await readBounds(db)
  const heads = await comparableHeads(db, options)
  const fault =
    (await checkChain(db, bounds)) ??
    forgedCheckpoint(heads, options) ??
    (await compareAll(db, heads, bounds))
  if (fault !== undefined) return { ok: false, ...fault }
  return { ok: true, events: bounds.head.seq, head: bounds.head, headsCompared: heads.length }
}

/** In one statement, so that events appended meanwhile cannot look like a difference. */
const readBounds = async (db: Kysely<Schema>): Promise<Bounds> => {
  const { rows } = await sql<{
    seq: number | null
    hash: string | null
    first: number | null
    last: number | null
    last_hash: string | null
  }>`
    select head.seq, encode(head.hash, 'hex') as hash, edge.first, edge.last,
           (select encode(hash, 'hex') from event where seq = edge.last) as last_hash
    from (select min(seq) as first, max(seq) as last from event) as edge left join ledger_head as head on true`.execute(
    db,
  )
  const [row] = rows
  return {
    head: { seq: row?.seq ?? 0, hash: row?.hash ?? '' },
    first: row?.first ?? 1,
    last: { seq: row?.last ?? 0, hash: row?.last_hash ?? ZERO_HASH },
  }
}

const checkChain = async (
  db: Kysely<Schema>,
  { head, first, last }: Bounds,
): Promise<ChainFault | undefined> => {
  if (first < 1)
    return { seq: first, problem: 'inserted', message: `Event ${first} lies before the first event.` }
  const broken = await scanChain(db, last.seq)
  if (broken !== undefined) return broken
  if (last.seq < head.seq) return truncated(last.seq, head.seq)
  if (last.seq > head.seq)
    return {
      seq: head.seq + 1,
      problem: 'inserted',
      message: `Event ${head.seq + 1} lies after the recorded head.`,
    }
  if (last.hash !== head.hash)
    return {
      seq: head.seq,
      problem: 'changed',
      message: `The recorded head is not the hash of event ${head.seq}.`,
    }
  return undefined
}

type ComparableHead = LedgerHead & { forged: boolean }

const comparableHeads = async (db: Kysely<Schema>, options: VerifyOptions): Promise<ComparableHead[]> => {
  const { publicKeyPem, expectedHeads = [] } = options
  const kept = (await readCheckpoints(db)).map((checkpoint) => ({
    ...checkpoint,
    forged: publicKeyPem !== undefined && !verifySignedHead(publicKeyPem, checkpoint),
  }))
  return [...kept, ...expectedHeads.map((head) => ({ ...head, forged: false }))].toSorted(
    (a, b) => a.seq - b.seq,
  )
}

const forgedCheckpoint = (
  heads: readonly ComparableHead[],
  { publicKeyPem }: VerifyOptions,
): ChainFault | undefined => {
  const forged = publicKeyPem === undefined ? undefined : heads.find((head) => head.forged)
  return (
    forged && {
      seq: forged.seq,
      problem: 'rewritten',
      message: `The checkpoint at event ${forged.seq} is not signed by this installation's key.`,
    }
  )
}

const compareAll = async (
  db: Kysely<Schema>,
  heads: readonly ComparableHead[],
  { last }: Bounds,
): Promise<ChainFault | undefined> => {
  let agreed = 0
  for (const { seq, hash } of heads) {
    if (seq > last.seq) return truncated(last.seq, seq)
    const found = seq === 0 ? ZERO_HASH : await hashAt(db, seq)
    if (found !== hash) {
      const message = `History between event ${agreed + 1} and event ${seq} was written anew: event ${seq} had another hash when its head was kept.`
      return { seq: agreed + 1, problem: 'rewritten', message }
    }
    agreed = seq
  }
  return undefined
}

const truncated = (last: number, known: number): ChainFault => ({
  seq: last + 1,
  problem: 'truncated',
  message: `The ledger ends at event ${last}, but once had ${known}.`,
})

const ZERO_HASH = '00'.repeat(32)
