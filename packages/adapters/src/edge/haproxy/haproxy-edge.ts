import type { Edge, EdgeSpec } from '@towpath/app/ports/edge.ts'
import { planMoves } from '@towpath/domain/edge/plan-moves.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { join } from 'node:path'
import { fileDifferences, runtimeDifferences } from './differences.ts'
import type { EdgeFile } from './edge-file.ts'
import type { EdgeHost } from './edge-host.ts'
import { fenced, notApplied } from './edge-errors.ts'
import { commandsFor } from './moves-to-commands.ts'
import { inTurn } from './in-turn.ts'
import { probeSlot } from './probe.ts'
import { reload, untilServing } from './reload.ts'
import { type RenderedEdge, renderEdge } from './render.ts'
import { askWorker, command, oldWorkers, readRuntime, readStatistics } from './runtime.ts'
import { currentSlots } from './slot-state.ts'
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
    apply: (spec, wanted) => turns(spec.name, () => apply(directoryOf(spec), wanted)),
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
  await writeFile(dir, wanted, { rendered, file: await dir.readEdgeFile() })
  await host.start(spec, dir.path)
  await untilServing(dir, rendered.structure)
}

async function apply(
  dir: StateDirectory,
  wanted: WantedEdge,
): Promise<{ changed: boolean; reloaded: boolean; tookMs: number }> {
  const started = performance.now()
  const rendered = renderEdge(wanted)
  await dir.ensure()
  const file = await dir.readEdgeFile()
  const isFileChanged = await writeFile(dir, wanted, { rendered, file })
  const isSteered = await steer(dir, wanted, { rendered, file })
  return {
    changed: isFileChanged || isSteered !== 'same',
    reloaded: isSteered === 'reloaded',
    tookMs: performance.now() - started,
  }
}

interface FileStep {
  rendered: RenderedEdge
  /** As it was before this call. */
  file: EdgeFile | null
}

/** True where what the file asks for changed; another deployment's name on the same wishes is written and is none. */
async function writeFile(
  dir: StateDirectory,
  wanted: WantedEdge,
  { rendered, file }: FileStep,
): Promise<boolean> {
  if (file?.fence !== null && file !== null && file.fence > wanted.fence) throw fenced(wanted, file)
  await dir.writeReleases(wanted.services)
  if (file?.text === rendered.text) return false
  await dir.writeEdgeFile(rendered.text)
  return fileDifferences(file, wanted, rendered).length > 0
}

/** Brings the running edge to the file that was just written. */
async function steer(
  dir: StateDirectory,
  wanted: WantedEdge,
  { rendered, file }: FileStep,
): Promise<'same' | 'moved' | 'reloaded'> {
  const [runtime, left] = await Promise.all([readRuntime(dir, wanted.services), oldWorkers(dir)])
  if (runtime.structure !== rendered.structure) {
    await reload(dir, rendered.structure)
    return 'reloaded'
  }
  const moves = planMoves(currentSlots(runtime, wanted, file?.slots ?? []), wanted)
  if (moves.length === 0) return 'same'
  const lines = moves.flatMap(commandsFor)
  const complaint = await command(dir, lines)
  await tellOldWorkers(dir, left, lines)
  const differences = runtimeDifferences(await readRuntime(dir, wanted.services), wanted, rendered)
  if (differences.length > 0) throw notApplied(differences, complaint)
  return 'moved'
}

/**
 * A worker that a reload left behind may still get one request on each connection that was idle: it must not send that
 * to a slot that is about to stop. What it does not know it may refuse, and when it has ended there is nothing to tell.
 */
async function tellOldWorkers(dir: StateDirectory, pids: string[], lines: string[]): Promise<void> {
  for (const pid of pids) for (const line of lines) await askWorker(dir, pid, line).catch(() => '')
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

async function status(dir: StateDirectory) {
  const file = await dir.readEdgeFile()
  const [statistics, left] = await Promise.all([readStatistics(dir), oldWorkers(dir)])
  const old = await Promise.all(left.map((pid) => askWorker(dir, pid, 'show stat -1 4 -1').catch(() => '')))
  return slotStatuses(file?.slots ?? [], statistics, old)
}
