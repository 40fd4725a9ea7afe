import { join } from 'node:path'
import { startSocketProxy } from '../faults/socket-proxy.ts'
import { startWorker } from '../worker-process.ts'

/** Where a port of this machine's loopback is to be the same port of another network namespace's. */
export interface LoopbackPlace {
  /** What to put before a command so that it runs there. */
  enter: readonly string[]
  /** For the socket between the two. */
  folder: string
  undo: AsyncDisposableStack
}

export async function shareLoopback({ enter, folder, undo }: LoopbackPlace, port: number): Promise<void> {
  const path = join(folder, `loopback-${port}.sock`)
  const here = await startSocketProxy({ path }, { host: '127.0.0.1', port })
  undo.defer(() => here.close())
  const there = startWorker(new URL('relay-worker.ts', import.meta.url), enter)
  undo.defer(() => there.end())
  await there.ask('start', { port, path }, 10_000)
}
