import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import { SERVER_STATISTICS, askWorker, oldWorkers, readRuntime, readStatistics } from './runtime.ts'
import type { StateDirectory } from './state-directory.ts'
import { slotStatuses } from './status.ts'

/** The slots of the file as the running edge has them; none without a file. Throws EDGE_UNREACHABLE. */
export async function readStatuses(dir: StateDirectory): Promise<SlotStatus[]> {
  const [file, nowMs, statistics, left] = await Promise.all([
    dir.readEdgeFile(),
    dir.hostNowMs(),
    readStatistics(dir),
    oldWorkers(dir),
  ])
  const tried = (file?.steering ?? []).filter(({ trial }) => trial !== null)
  const names = tried.map(({ service }) => service)
  const steering = names.length === 0 ? [] : (await readRuntime(dir, names)).steering
  const answers = await Promise.all(left.map((pid) => askWorker(dir, pid, [SERVER_STATISTICS])))
  const old = answers.filter((answer) => answer !== null)
  return slotStatuses(file ?? { slots: [], steering: [] }, { statistics, old, steering, nowMs })
}
