import type { LedgerEvent, LedgerHead, NewEvent } from '@towpath/domain/ledger/event.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { getBlob, putBlob } from './blob.ts'
import { openDatabase } from './database.ts'
import type { Database } from './database.ts'
import { reaching } from './database-error.ts'
import { takeCheckpoint } from './ledger/checkpoint.ts'
import type { HeadSigner } from './ledger/checkpoint.ts'
import { hangDoorbell } from './ledger/doorbell.ts'
import type { Doorbell } from './ledger/doorbell.ts'
import { follow } from './ledger/follow.ts'
import type { FollowOptions } from './ledger/follow.ts'
import { readHead } from './ledger/head.ts'
import { hashAt, readEvents, streamRows } from './ledger/read-events.ts'
import type { EventQuery, LedgerRow } from './ledger/read-events.ts'
import type { SignedHead } from './ledger/signed-head.ts'
import { transact } from './ledger/transact.ts'
import type { Appended, LedgerTransaction } from './ledger/transact.ts'
import { verifyLedger } from './ledger/verify-ledger.ts'
import type { LedgerVerdict, VerifyOptions } from './ledger/verify-ledger.ts'
import { migrate } from './migrations/migrate.ts'
import type { Fold } from './view/fold.ts'
import { viewReader } from './view/read-views.ts'
import type { ViewReader } from './view/read-views.ts'
import { rebuildViews, refreshViews } from './view/rebuild-views.ts'

export interface StoreOptions {
  url: string
  folds: readonly Fold[]
  /** Signs checkpoints; without it `checkpoint` refuses. */
  signer?: HeadSigner
  /** The clock that stamps events. */
  now?: () => Date
}

/**
 * The state of one installation. Every method may throw TowpathError DATABASE_UNREACHABLE,
 * LEDGER_BUSY or DATABASE_FULL, all retryable: an append is repeated under the same `idem`.
 */
export interface Store extends ViewReader {
  /** Appends one event, or finds the one already stored under its `idem`. */
  append(event: NewEvent): Promise<Appended>
  /** Decides and appends under the ledger's lock; see `LedgerTransaction`. */
  transact<T>(work: (tx: LedgerTransaction) => Promise<T>): Promise<T>
  head(): Promise<LedgerHead>
  hashAt(seq: number): Promise<string | undefined>
  readEvents(query?: EventQuery): Promise<LedgerEvent[]>
  streamRows(after?: number): AsyncGenerator<LedgerRow>
  follow(options: FollowOptions): AsyncGenerator<LedgerEvent>
  rebuildViews(): Promise<void>
  putBlob(bytes: Uint8Array): Promise<string>
  getBlob(digest: string): Promise<Buffer | undefined>
  /** Signs the present head and keeps the signature beside the ledger. */
  checkpoint(): Promise<SignedHead>
  verify(options?: VerifyOptions): Promise<LedgerVerdict>
  /** Ends followers and connections. */
  close(): Promise<void>
}

/** Opens the state database, brings its schema up to date, and folds again what changed. */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  const database = openDatabase(options.url)
  try {
    await migrate(database.kysely)
    await reaching(() => refreshViews(database.kysely, options.folds))
  } catch (thrown) {
    await database.close()
    throw thrown
  }
  return assemble(database, hangDoorbell(options.url), options)
}

const assemble = (database: Database, bell: Doorbell, options: StoreOptions): Store => {
  const { folds, signer = refuseToSign, now = () => new Date() } = options
  const db = database.kysely
  const writer = { db, folds, now }
  const views = viewReader(db)
  const closing = new AbortController()
  return {
    append: (event) => reaching(() => transact(writer, (tx) => tx.append(event))),
    transact: (work) => reaching(() => transact(writer, work)),
    head: () => reaching(() => readHead(db)),
    hashAt: (seq) => reaching(() => hashAt(db, seq)),
    readEvents: (query = {}) => reaching(() => readEvents(db, query)),
    streamRows: (after = 0) => streamRows(db, after),
    follow: (wanted) =>
      follow(db, bell, { ...wanted, signal: AbortSignal.any([wanted.signal, closing.signal]) }),
    view: (kind, id) => reaching(() => views.view(kind, id)),
    listViews: (kind, query) => reaching(() => views.listViews(kind, query)),
    rebuildViews: () => reaching(() => rebuildViews(db, folds)),
    putBlob: (bytes) => reaching(() => putBlob(db, bytes)),
    getBlob: (digest) => reaching(() => getBlob(db, digest)),
    checkpoint: () => reaching(() => takeCheckpoint(db, signer, now())),
    verify: (expected = {}) => reaching(() => verifyLedger(db, expected)),
    close: async () => {
      closing.abort()
      await bell.close()
      await database.close()
    },
  }
}

const refuseToSign: HeadSigner = () => {
  throw new TowpathError({
    code: 'LEDGER_KEY_MISSING',
    kind: 'usage',
    message: 'This store was opened without a key, so it cannot sign the head of the ledger.',
    hint: 'Nothing was written. Ask the server, which holds the key of the installation.',
  })
}
