import { planMoves, type EdgeMove } from '@towpath/domain/edge/plan-moves.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { fenced, notApplied } from '../edge-errors.ts'
import { fileDifferences, runtimeDifferences } from './differences.ts'
import type { EdgeFile } from './edge-file.ts'
import { commandsFor } from './moves-to-commands.ts'
import { reload } from './reload.ts'
import { type RenderedEdge, renderEdge } from './render.ts'
import { type RuntimeEdge, askWorker, oldWorkers, readRuntime, tellAndRead } from './runtime.ts'
import { currentEdge } from './slot-state.ts'
import { keptTrials } from './lease.ts'
import type { StateDirectory } from './state-directory.ts'

export interface Wish {
  rendered: RenderedEdge
  /** As it was before this call. */
  file: EdgeFile | null
}

/**
 * Brings file and running edge to what is wanted, in that order. While the file goes to the disk the running edge is
 * looked at, no more. Throws FENCED, EDGE_UNREACHABLE, EDGE_NOT_SERVING, EDGE_NOT_APPLIED.
 */
export async function applyWanted(
  dir: StateDirectory,
  wanted: WantedEdge,
): Promise<{ changed: boolean; reloaded: boolean; tookMs: number }> {
  const started = performance.now()
  const rendered = renderEdge(wanted)
  const file = await dir.readEdgeFile()
  if (file === null) await dir.ensure()
  const wish = { rendered, file }
  const [written, seen] = await Promise.allSettled([writeWanted(dir, wanted, wish), look(dir, wanted)])
  const { isChanged, settled } = resultOf(written)
  const steered = await steer(dir, wanted, { ...wish, ...resultOf(seen) })
  await settled
  return {
    changed: isChanged || steered !== 'same',
    reloaded: steered === 'reloaded',
    tookMs: performance.now() - started,
  }
}

const resultOf = <T>(result: PromiseSettledResult<T>): T => {
  if (result.status === 'rejected') throw result.reason
  return result.value
}

/**
 * Writes maps and file unless an older controller tries to. `isChanged` where what the file asks for is new; another
 * deployment's name over the same wishes is written and is no change.
 */
export async function writeWanted(
  dir: StateDirectory,
  wanted: WantedEdge,
  { rendered, file }: Wish,
): Promise<{ isChanged: boolean; settled: Promise<void> }> {
  if (file !== null && file.fence !== null && file.fence > wanted.fence) throw fenced(wanted, file)
  await dir.writeMaps(wanted.services)
  if (file?.text === rendered.text) return { isChanged: false, settled: Promise.resolve() }
  const { settled } = await dir.writeEdgeFile(rendered.text)
  return { isChanged: fileDifferences(file, wanted, rendered).length > 0, settled }
}

interface Seen {
  runtime: RuntimeEdge
  /** Workers that an earlier reload left behind. */
  left: string[]
}

async function look(dir: StateDirectory, wanted: WantedEdge): Promise<Seen> {
  const [runtime, left] = await Promise.all([
    readRuntime(
      dir,
      wanted.services.map(({ service }) => service),
    ),
    oldWorkers(dir),
  ])
  return { runtime, left }
}

/** Brings the running edge to the file that was just written. */
async function steer(
  dir: StateDirectory,
  wanted: WantedEdge,
  { rendered, file, runtime, left }: Wish & Seen,
): Promise<'same' | 'moved' | 'reloaded'> {
  const moves = planMoves(currentEdge(runtime, wanted, file?.slots ?? []), wanted)
  const commands = commandsOf(moves, wanted)
  if (runtime.structure !== rendered.structure) {
    await reload(dir, rendered.structure)
    const kept = keptTrials(runtime, wanted)
    if (kept.length > 0) await tellAndRead(dir, kept, [])
    await tellOldWorkers(dir, await oldWorkers(dir), commands)
    return 'reloaded'
  }
  if (moves.length === 0) return 'same'
  const after = await tellAndRead(
    dir,
    commands,
    wanted.services.map(({ service }) => service),
  )
  await tellOldWorkers(dir, left, commands)
  const differences = runtimeDifferences(after.runtime, wanted, rendered)
  if (differences.length > 0) throw notApplied(differences, after.complaint)
  return 'moved'
}

const commandsOf = (moves: EdgeMove[], { services }: WantedEdge): string[] =>
  services.flatMap((service) =>
    moves.filter((move) => move.service === service.service).flatMap((move) => commandsFor(move, service)),
  )

/**
 * A worker that a reload left behind may still get one request on each connection that was idle: it must not send that
 * to a slot that is about to stop, and it must let go who waits there. What it does not know it may refuse, and when it
 * has ended there is nothing to tell.
 */
async function tellOldWorkers(dir: StateDirectory, pids: string[], commands: string[]): Promise<void> {
  for (const pid of pids) for (const command of commands) await askWorker(dir, pid, command).catch(() => '')
}
