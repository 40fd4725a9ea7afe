import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { setTimeout as sleep } from 'node:timers/promises'
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
    const seen = await structureSeen(dir)
    if (seen === structure) return
    if (performance.now() > deadline) throw notServing(seen)
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

const notServing = (seen: string): TowpathError =>
  new TowpathError({
    code: 'EDGE_NOT_SERVING',
    kind: 'failed',
    message: `The edge did not come up with its new file within ${SERVING_WITHIN_MS / 1000} s; last seen: ${seen}.`,
    hint: 'An edge that ran before goes on with its former file. Read the log of the edge: a port may be taken.',
    retryable: true,
  })
