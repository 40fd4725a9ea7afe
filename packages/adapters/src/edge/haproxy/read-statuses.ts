import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import { askWorker, oldWorkers, readRuntime, readStatistics } from './runtime.ts'
import type { StateDirectory } from './state-directory.ts'
import { slotStatuses } from './status.ts'

/** The slots of the file as the running edge has them; none without a file. Throws EDGE_UNREACHABLE. */
export async function readStatuses(dir: StateDirectory): Promise<SlotStatus[]> {
  const file = await dir.readEdgeFile()
  const tried = (file?.steering ?? []).filter(({ trial }) => trial !== null)
  const [nowMs, statistics, left, { steering }] = await Promise.all([
    dir.hostNowMs(),
    readStatistics(dir),
    oldWorkers(dir),
    readRuntime(
      dir,
      tried.map(({ service }) => service),
    ),
  ])
  const old = await Promise.all(left.map((pid) => askWorker(dir, pid, 'show stat -1 4 -1').catch(() => '')))
  return slotStatuses(file ?? { slots: [], steering: [] }, { statistics, old, steering, nowMs })
}
