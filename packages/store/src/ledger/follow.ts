import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { isRetryable, reaching } from '../database-error.ts'
import type { Schema } from '../schema.ts'
import type { Doorbell } from './doorbell.ts'
import { readEvents } from './read-events.ts'
import type { EventFilter } from './read-events.ts'

export interface FollowOptions {
  /** Seq of the last event already seen; 0 for everything. */
  after: number
  filter?: EventFilter
  signal: AbortSignal
}

const BATCH_EVENTS = 200
/** The bell looks at the head itself every few seconds; this is for a bell that cannot. */
const WAIT_MAX_MS = 30_000
const UNREACHABLE_PAUSE_MS = 500

/**
 * Every event after `after`, each once and in order, for as long as `signal` is not aborted.
 * Holds at most one batch: a slow reader costs nothing but its own delay. While the database is
 * away it waits; a database that comes back is read from where the follower stood.
 */
export async function* follow(
  db: Kysely<Schema>,
  bell: Doorbell,
  options: FollowOptions,
): AsyncGenerator<LedgerEvent> {
  const { filter, signal } = options
  let after = options.after
  while (!signal.aborted) {
    const seen = bell.rings()
    const events = await readBatch(db, { ...filter, after, limit: BATCH_EVENTS })
    if (events === undefined) {
      await sleep(UNREACHABLE_PAUSE_MS, undefined, { signal }).catch(() => {})
      continue
    }
    for (const event of events) {
      if (signal.aborted) return
      yield event
      after = event.seq
    }
    if (events.length < BATCH_EVENTS) await bell.wait(seen, WAIT_MAX_MS, signal)
  }
}

/** Undefined while the database is away. */
const readBatch = async (
  db: Kysely<Schema>,
  query: Parameters<typeof readEvents>[1],
): Promise<LedgerEvent[] | undefined> => {
  try {
    return await reaching(() => readEvents(db, query))
  } catch (thrown) {
    if (isRetryable(thrown)) return undefined
    throw thrown
  }
}
