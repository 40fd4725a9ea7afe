import type { Edge, EdgeSpec } from '@towpath/app/ports/edge.ts'
import type { SlotStatus, WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { join } from 'node:path'
import { applyWanted, writeWanted } from './apply-wanted.ts'
import { fileDifferences, runtimeDifferences } from './differences.ts'
import type { EdgeHost } from './edge-host.ts'
import { inTurn } from './in-turn.ts'
import { probeSlot } from './probe.ts'
import { untilServing } from './reload.ts'
import { renderEdge } from './render.ts'
import { askWorker, oldWorkers, readRuntime, readStatistics } from './runtime.ts'
import { StateDirectory } from './state-directory.ts'
import { slotStatuses } from './status.ts'

export interface HaproxyEdgeOptions {
  host: EdgeHost
  /** Each edge keeps its files in a folder of its name below this one. */
  stateRoot: string
}

/** The edge port on HAProxy: file first, runtime socket second, hitless reload where the structure changed. */
export function haproxyEdge({ host, stateRoot }: HaproxyEdgeOptions): Edge {
  const directoryOf = ({ name }: EdgeSpec): StateDirectory => new StateDirectory(join(stateRoot, name))
  const turns = inTurn()
  return {
    ensure: (spec, wanted) => turns(spec.name, () => ensure({ host, spec, wanted, dir: directoryOf(spec) })),
    apply: (spec, wanted) => turns(spec.name, () => applyWanted(directoryOf(spec), wanted)),
    drift: (spec, wanted) => turns(spec.name, () => drift(directoryOf(spec), wanted)),
    status: (spec) => status(directoryOf(spec)),
    probe: async (spec, request) => {
      const dir = directoryOf(spec)
      return probeSlot({ socketPath: dir.socket('privateSocket'), token: (await dir.token()) ?? '' }, request)
    },
    remove: (spec) =>
      turns(spec.name, async () => {
        await host.stop(spec)
        await directoryOf(spec).remove()
      }),
  }
}

interface Ensure {
  host: EdgeHost
  spec: EdgeSpec
  wanted: WantedEdge
  dir: StateDirectory
}

async function ensure({ host, spec, wanted, dir }: Ensure): Promise<void> {
  await dir.ensure()
  if (await host.isRunning(spec)) {
    if (await dir.hasSocket()) return
    // Its state directory was replaced under it: it can never be told anything again.
    await host.stop(spec)
  }
  const rendered = renderEdge(wanted)
  await writeWanted(dir, wanted, { rendered, file: await dir.readEdgeFile() })
  await host.start(spec, dir.path)
  await untilServing(dir, rendered.structure)
}

async function drift(dir: StateDirectory, wanted: WantedEdge): Promise<string[]> {
  const rendered = renderEdge(wanted)
  const differences = fileDifferences(await dir.readEdgeFile(), wanted, rendered)
  try {
    const runtime = await readRuntime(dir, wanted.services)
    return [...differences, ...runtimeDifferences(runtime, wanted, rendered)]
  } catch (fault) {
    return [...differences, messageOf(fault)]
  }
}

async function status(dir: StateDirectory): Promise<SlotStatus[]> {
  const file = await dir.readEdgeFile()
  const [statistics, left] = await Promise.all([readStatistics(dir), oldWorkers(dir)])
  const old = await Promise.all(left.map((pid) => askWorker(dir, pid, 'show stat -1 4 -1').catch(() => '')))
  return slotStatuses(file?.slots ?? [], statistics, old)
}
