import type { Kysely, Transaction } from 'kysely'
import type { LedgerEvent, LedgerHead, NewEvent } from '@towpath/domain/ledger/event.ts'
import { deleteBlob, putBlob } from '../blob.ts'
import type { Schema } from '../schema.ts'
import { applyFolds } from '../view/apply-folds.ts'
import type { Fold, View, ViewKind } from '../view/fold.ts'
import { viewReader } from '../view/read-views.ts'
import type { ViewPage, ViewPageQuery, ViewReader } from '../view/read-views.ts'
import { chainHash, readBody, storedKey, writeBody } from './event-body.ts'
import { lockHead, moveHead } from './head.ts'

/** What an append gave: the event as stored, and whether this call is the one that stored it. */
export interface Appended {
  event: LedgerEvent
  appended: boolean
}

/**
 * The ledger while its head is locked: nobody else can append until the transaction ends, so what
 * is read here and what is appended here are one decision. Calls take effect in the order made.
 */
export interface LedgerTransaction extends ViewReader {
  /** The head including what this transaction has appended. */
  head(): LedgerHead
  /** Appends, or returns the event already stored under this `idem` with `appended: false`. */
  append(event: NewEvent): Promise<Appended>
  putBlob(bytes: Uint8Array): Promise<string>
  deleteBlob(digest: string): Promise<void>
}

export interface LedgerWriter {
  db: Kysely<Schema>
  folds: readonly Fold[]
  now: () => Date
}

/**
 * Runs `work` under the lock on the head and commits all it appended, or nothing when it throws.
 * Not for work that waits on anything but this database: every other writer waits meanwhile.
 */
export const transact = <T>(writer: LedgerWriter, work: (tx: LedgerTransaction) => Promise<T>): Promise<T> =>
  writer.db.transaction().execute(async (trx) => {
    const before = await lockHead(trx)
    const tx = new LockedLedger(writer, trx, before)
    const result = await work(tx)
    await tx.settle()
    if (tx.head().seq > before.seq) await moveHead(trx, tx.head())
    return result
  })

class LockedLedger implements LedgerTransaction {
  readonly #writer: LedgerWriter
  readonly #trx: Transaction<Schema>
  readonly #views: ViewReader
  #head: LedgerHead
  #last: Promise<unknown> = Promise.resolve()

  constructor(writer: LedgerWriter, trx: Transaction<Schema>, head: LedgerHead) {
    this.#writer = writer
    this.#trx = trx
    this.#views = viewReader(trx)
    this.#head = head
  }

  head(): LedgerHead {
    return this.#head
  }

  append(event: NewEvent): Promise<Appended> {
    return this.#inOrder(async () => (await this.#stored(event.idem)) ?? (await this.#write(event)))
  }

  view<S>(kind: ViewKind<S>, id: string): Promise<View<S> | undefined> {
    return this.#inOrder(() => this.#views.view(kind, id))
  }

  listViews<S>(kind: ViewKind<S>, query?: ViewPageQuery): Promise<ViewPage<S>> {
    return this.#inOrder(() => this.#views.listViews(kind, query))
  }

  putBlob(bytes: Uint8Array): Promise<string> {
    return this.#inOrder(() => putBlob(this.#trx, bytes))
  }

  deleteBlob(digest: string): Promise<void> {
    return this.#inOrder(() => deleteBlob(this.#trx, digest))
  }

  /**
   * Waits for calls nobody awaited, and rejects when any call failed: PostgreSQL answers COMMIT of a
   * broken transaction with a quiet rollback, which must never look like success.
   */
  async settle(): Promise<void> {
    await this.#last
  }

  /** One after the other: two appends side by side would both take the next seq. */
  #inOrder<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#last.then(call)
    this.#last = result
    this.#last.catch(() => {})
    return result
  }

  async #stored(idem: string): Promise<Appended | undefined> {
    const row = await this.#trx
      .selectFrom('event')
      .select('body')
      .where('idem', '=', storedKey(idem))
      .executeTakeFirst()
    return row === undefined ? undefined : { event: readBody(row.body), appended: false }
  }

  async #write(event: NewEvent): Promise<Appended> {
    const seq = this.#head.seq + 1
    const body = writeBody(event, { seq, at: this.#writer.now().toISOString() })
    const prev = Buffer.from(this.#head.hash, 'hex')
    const hash = chainHash(prev, body)
    await this.#trx.insertInto('event').values({ seq, body, prev, hash }).execute()
    const stored = readBody(body)
    await applyFolds(this.#trx, this.#writer.folds, [stored])
    this.#head = { seq, hash: hash.toString('hex') }
    return { event: stored, appended: true }
  }
}
