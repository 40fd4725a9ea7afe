import pg from 'pg'
import { connectionConfig } from '../database.ts'
import { LEDGER_CHANNEL } from './head.ts'

/** A connection that listens for growth of the ledger and comes back by itself. */
export interface ListenConnection {
  /** Connects unless it does already. */
  open(): void
  close(): Promise<void>
}

const RECONNECT_PAUSE_MS = 1_000
const CHECK_EVERY_MS = 3_000
const CHECK_DEADLINE_MS = 5_000

/**
 * Calls `ring` on every notification, on every connect, and when its own look at the head shows growth that no
 * notification told: a notification is lost with its connection, and a dead connection may look alive.
 */
export const listenConnection = (url: string, ring: () => void): ListenConnection => {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const lose = (lost: pg.Client): void => {
    if (client !== lost) return
    client = undefined
    clearTimeout(timer)
    void lost.end().catch(() => {})
    if (!closed) timer = setTimeout(open, RECONNECT_PAUSE_MS).unref()
  }
  const check = async (current: pg.Client, known: string): Promise<void> => {
    const { rows } = await current.query<{ seq: string }>('select seq::text from ledger_head')
    const seq = rows[0]?.seq ?? ''
    if (seq !== known) ring()
    if (client !== current) return
    timer = setTimeout(() => {
      check(current, seq).catch(() => lose(current))
    }, CHECK_EVERY_MS)
  }
  const open = (): void => {
    if (client !== undefined || closed) return
    const next = new pg.Client({ ...connectionConfig(url, 'listen'), query_timeout: CHECK_DEADLINE_MS })
    client = next
    next.on('error', () => lose(next))
    next.on('end', () => lose(next))
    next.on('notification', ring)
    next
      .connect()
      .then(() => next.query(`listen ${LEDGER_CHANNEL}`))
      .then(() => check(next, 'not looked yet'))
      .catch(() => lose(next))
  }

  return {
    open,
    close: async () => {
      closed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}
