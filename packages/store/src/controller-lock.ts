import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { connectionConfig } from './database.ts'
import { asStoreError, isRetryable } from './database-error.ts'

export interface ControllerLockOptions {
  /** Names this process to the others, such as `host:pid:uuid`. */
  instance: string
  /** Called once when the lock can no longer be relied on; the process must stop acting at once. */
  onLost: (reason: string) => void
  /** True: stand by until the holder is gone. False: refuse at once. */
  wait: boolean
  /** Ends the waiting. */
  signal?: AbortSignal
}

export interface ControllerLock {
  /** Grows with every take-over; hosts refuse commands with a smaller one. */
  fence: number
  release(): Promise<void>
}

/** Any constant of our own will do: advisory locks are per database. */
const LOCK_KEY = 5_471_094_001
const STANDBY_PAUSE_MS = 1_000
const KEEPALIVE_MS = 2_000
const KEEPALIVE_DEADLINE_MS = 5_000

/**
 * Makes this process the one controller of a database: a session lock on a connection of its own,
 * so it ends exactly when the connection does, and a fence higher than any before: also than one that a restored backup
 * has forgotten, because it starts from the clock.
 * Throws TowpathError CONTROLLER_RUNNING naming the holder, or DATABASE_UNREACHABLE.
 */
export const acquireControllerLock = async (
  url: string,
  options: ControllerLockOptions,
): Promise<ControllerLock> => {
  for (;;) {
    options.signal?.throwIfAborted()
    try {
      return await tryAcquire(url, options)
    } catch (thrown) {
      const known = asStoreError(thrown)
      if (!options.wait || !isRetryable(known)) throw known
    }
    await sleep(STANDBY_PAUSE_MS, undefined, options.signal ? { signal: options.signal } : {})
  }
}

const tryAcquire = async (url: string, options: ControllerLockOptions): Promise<ControllerLock> => {
  const client = new pg.Client({
    ...connectionConfig(url, 'controller'),
    query_timeout: KEEPALIVE_DEADLINE_MS,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    // A holder whose machine vanished is noticed within half a minute, not in two hours.
    await client.query(
      'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
    )
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      LOCK_KEY,
    ])
    if (rows[0]?.taken !== true) throw await heldByAnother(client)
    return watch(client, await raiseFence(client, options.instance), options.onLost)
  } catch (thrown) {
    await client.end().catch(() => {})
    throw thrown
  }
}

const raiseFence = async (client: pg.Client, instance: string): Promise<number> => {
  const { rows } = await client.query<{ fence: number }>(
    `insert into controller (instance, fence, at) values ($1, $2, now())
     on conflict (one) do update
       set instance = excluded.instance, fence = greatest(controller.fence + 1, excluded.fence), at = excluded.at
     returning fence`,
    [instance, Math.floor(Date.now() / 1000)],
  )
  const [row] = rows
  if (row === undefined) throw new Error('the controller row was not written')
  return row.fence
}

const heldByAnother = async (client: pg.Client): Promise<TowpathError> => {
  const { rows } = await client.query<{ instance: string; at: Date }>('select instance, at from controller')
  const holder = rows[0]?.instance ?? 'a controller that is just starting'
  const since = rows[0] === undefined ? '' : ` since ${rows[0].at.toISOString()}`
  return new TowpathError({
    code: 'CONTROLLER_RUNNING',
    kind: 'locked',
    message: `Another controller already works on this database: ${holder}${since}.`,
    hint: 'Nothing was changed. Stop that one first, or start this one as a standby.',
    detail: { holder },
    retryable: true,
  })
}

/** Asks every few seconds whether the session still lives and the fence is still ours. */
const watch = (client: pg.Client, fence: number, onLost: (reason: string) => void): ControllerLock => {
  let over = false
  let timer: NodeJS.Timeout | undefined
  const lose = (reason: string): void => {
    if (over) return
    over = true
    clearTimeout(timer)
    void client.end().catch(() => {})
    onLost(reason)
  }
  const check = async (): Promise<void> => {
    try {
      const { rows } = await client.query<{ fence: number }>('select fence from controller')
      if (rows[0]?.fence !== fence) return lose(`the fence is ${rows[0]?.fence ?? 'gone'}, ours was ${fence}`)
    } catch (thrown) {
      return lose(messageOf(thrown))
    }
    if (!over) timer = setTimeout(() => void check(), KEEPALIVE_MS)
  }
  client.on('error', (thrown) => lose(messageOf(thrown)))
  client.on('end', () => lose('the database connection ended'))
  timer = setTimeout(() => void check(), KEEPALIVE_MS)
  return {
    fence,
    release: async () => {
      over = true
      clearTimeout(timer)
      await client.end().catch(() => {})
    },
  }
}
