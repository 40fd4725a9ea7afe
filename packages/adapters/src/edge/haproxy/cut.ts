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
  await tellAndRead(dir, commands, [])
  for (const pid of await oldWorkers(dir)) await cutInOldWorker(dir, pid, { service, slot })
  const deadline = performance.now() + ENDED_WITHIN_MS
  while ((await open()) > 0 && performance.now() < deadline) await sleep(LOOK_EVERY_MS)
  return before
}

/** A worker that a reload left behind knows its servers no more by name; it still ends its sessions one by one. */
async function cutInOldWorker(
  dir: StateDirectory,
  pid: string,
  { service, slot }: { service: string; slot: string },
): Promise<void> {
  const places = new Set(twins.map((twin) => serverPath(service, slot, twin)))
  const sessions = (await askWorker(dir, pid, ['show sess'])) ?? ''
  const ours = [...sessions.matchAll(/^(0x[0-9a-f]+): .* be=(\S+) srv=(\S+) /gm)].filter(
    ([, , backend, server]) => places.has(`${backend}/${server}`),
  )
  const commands = ours.map(([, id = '']) => `shutdown session ${id}`)
  if (commands.length > 0) await askWorker(dir, pid, commands)
}
