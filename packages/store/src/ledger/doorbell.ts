import pg from 'pg'
import { connectionConfig } from '../database.ts'
import { LEDGER_CHANNEL } from './head.ts'

/** Wakes followers when the ledger grew. A hint only: rings may be lost, so every wait also ends by itself. */
export interface Doorbell {
  /** How often it rang; taken before reading, it tells `wait` whether something came meanwhile. */
  rings(): number
  /** Ends at the next ring after `seen`, after `timeoutMs`, or on abort; never rejects. */
  wait(seen: number, timeoutMs: number, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

const RECONNECT_PAUSE_MS = 1_000

/** One LISTEN connection for all followers, opened with the first wait and opened again whenever it breaks. */
export const hangDoorbell = (url: string): Doorbell => {
  const waiters = new Set<() => void>()
  let rings = 0
  let client: pg.Client | undefined
  let retry: NodeJS.Timeout | undefined
  let closed = false

  const ring = (): void => {
    rings += 1
    for (const wake of waiters) wake()
  }
  const lose = (lost: pg.Client): void => {
    if (client !== lost) return
    client = undefined
    void lost.end().catch(() => {})
    if (!closed) retry = setTimeout(listen, RECONNECT_PAUSE_MS).unref()
  }
  const listen = (): void => {
    if (client !== undefined || closed) return
    const next = new pg.Client(connectionConfig(url, 'doorbell'))
    client = next
    next.on('error', () => lose(next))
    next.on('end', () => lose(next))
    next.on('notification', ring)
    // Rings once when connected: whatever happened while nobody listened is read now.
    next
      .connect()
      .then(() => next.query(`listen ${LEDGER_CHANNEL}`))
      .then(ring, () => lose(next))
  }

  return {
    rings: () => rings,
    wait: (seen, timeoutMs, signal) => {
      listen()
      if (rings !== seen || signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          waiters.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const timer = setTimeout(wake, timeoutMs)
        waiters.add(wake)
        signal.addEventListener('abort', wake, { once: true })
      })
    },
    close: async () => {
      closed = true
      clearTimeout(retry)
      ring()
      await client?.end().catch(() => {})
    },
  }
}
