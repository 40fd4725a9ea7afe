import { listenConnection } from './listen-connection.ts'

/** Wakes followers when the ledger grew. A hint only: every wait also ends by itself. */
export interface Doorbell {
  /** How often it rang; taken before reading, it tells `wait` whether something came meanwhile. */
  rings(): number
  /** Ends at the next ring after `seen`, after `timeoutMs`, or on abort; never rejects. */
  wait(seen: number, timeoutMs: number, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** One bell and one connection for all followers; it connects with the first wait. */
export const hangDoorbell = (url: string): Doorbell => {
  const waiters = new Set<() => void>()
  let rings = 0
  const ring = (): void => {
    rings += 1
    for (const wake of waiters) wake()
  }
  const connection = listenConnection(url, ring)

  return {
    rings: () => rings,
    wait: (seen, timeoutMs, signal) => {
      connection.open()
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
      await connection.close()
      ring()
    },
  }
}
