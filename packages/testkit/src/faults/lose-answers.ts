import { setTimeout as sleep } from 'node:timers/promises'
import type { SocketProxy } from './socket-proxy.ts'

/**
 * While `run` runs, each act that the engine behind this line is asked for is done, its answer lost, and the link to the
 * host cut for a moment; once each, so that whoever asks again goes on. An `exec` is left alone: it has a new name each
 * time.
 */
export async function losingEachAnswer<T>(
  engineLine: SocketProxy,
  wire: SocketProxy,
  run: () => Promise<T>,
): Promise<{ result: T; lost: string[] }> {
  const lost: string[] = []
  const end = engineLine.loseEachOnce(/^(POST|PUT|DELETE) (?!\S*\/exec)/, (line) => {
    lost.push(line)
    void wire
      .cut()
      .then(() => sleep(300))
      .then(() => wire.heal())
  })
  const result = await run().finally(end)
  return { result, lost }
}
