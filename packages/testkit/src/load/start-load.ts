import { startWorker } from '../worker-process.ts'
import type { LoadReport, LoadSpec } from './load-spec.ts'

export interface RunningLoad {
  /** Counts so far; the load goes on. */
  snapshot(): Promise<LoadReport>
  /** Sends no more, waits for what is in flight, and gives the final counts. Ends the worker. */
  stop(): Promise<LoadReport>
  /** Ends the worker at once, for a test that fails midway. Fine when already stopped. */
  abandon(): Promise<void>
}

/**
 * Starts a paced load in a process of its own, which never retries and counts every request. Resolves when the first
 * request may be sent. The load ends with this process at the latest. `starter` as in `startWorker`.
 */
export const startLoad = async (spec: LoadSpec, starter: readonly string[] = []): Promise<RunningLoad> => {
  const worker = startWorker(new URL('worker.ts', import.meta.url), starter)
  await worker.ask('start', spec, 10_000)
  const stopWithinMs = (spec.timeoutMs ?? 15_000) + 10_000
  return {
    snapshot: () => worker.ask<LoadReport>('snapshot', null, 10_000),
    stop: async () => {
      try {
        return await worker.ask<LoadReport>('stop', null, stopWithinMs)
      } finally {
        await worker.end()
      }
    },
    abandon: () => worker.end(),
  }
}
