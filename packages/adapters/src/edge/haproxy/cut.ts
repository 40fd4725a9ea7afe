import { setTimeout as sleep } from 'node:timers/promises'
import { slotServes, takesRequests } from '../edge-errors.ts'
import { serverPath } from './names.ts'
import { readStatuses } from './read-statuses.ts'
import { askWorker, oldWorkers, tellAndRead } from './runtime.ts'
import { twins } from './slot-servers.ts'
import type { StateDirectory } from './state-directory.ts'

const ENDED_WITHIN_MS = 2_000
const LOOK_EVERY_MS = 20

/**
 * Ends what is open on a slot, in workers that a reload left behind, too; resolves when it is over. Tells how many.
 * Throws EDGE_SLOT_SERVES where the slot still takes requests, and EDGE_UNREACHABLE.
 */
export async function cutSlot(
  dir: StateDirectory,
  { service, slot }: { service: string; slot: string },
): Promise<number> {
  const open = async (): Promise<number> => {
    const found = (await readStatuses(dir)).find((known) => known.service === service && known.slot === slot)
    if (found === undefined) return 0
    if (takesRequests(found.role)) throw slotServes(service, found)
    return found.sessions
  }
  const before = await open()
  if (before === 0) return 0
  const commands = twins.map((twin) => `shutdown sessions server ${serverPath(service, slot, twin)}`)
  const left = await oldWorkers(dir)
  await tellAndRead(dir, commands, [])
  for (const pid of left) for (const command of commands) await askWorker(dir, pid, command).catch(() => '')
  const deadline = performance.now() + ENDED_WITHIN_MS
  while ((await open()) > 0 && performance.now() < deadline) await sleep(LOOK_EVERY_MS)
  return before
}
