import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { notServing } from '../edge-errors.ts'
import { oldWorkers, readRuntime, requestReload } from './runtime.ts'
import type { StateDirectory } from './state-directory.ts'

const SERVING_WITHIN_MS = 15_000
const LOOK_EVERY_MS = 10

/** New worker from the file; the old one keeps its sockets until the new one has them, so no connection is refused. */
export async function reload(dir: StateDirectory, structure: string): Promise<void> {
  await requestReload(dir)
  await untilServing(dir, structure)
}

/** Waits until a process started from the file of this structure answers. Throws EDGE_NOT_SERVING after 15 s. */
export async function untilServing(dir: StateDirectory, structure: string): Promise<void> {
  const deadline = performance.now() + SERVING_WITHIN_MS
  for (;;) {
    dir.forgetWorker()
    const seen = await structureSeen(dir)
    if (seen === structure) return dir.forgetWorker()
    if (performance.now() > deadline) throw notServing(SERVING_WITHIN_MS, seen)
    await sleep(LOOK_EVERY_MS)
  }
}

const structureSeen = async (dir: StateDirectory): Promise<string> => {
  try {
    // The master opens its socket a moment after the worker serves, also after a reload.
    await oldWorkers(dir)
    return (await readRuntime(dir, [])).structure
  } catch (fault) {
    return messageOf(fault)
  }
}
