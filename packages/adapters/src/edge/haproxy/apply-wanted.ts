import { planMoves, type EdgeMove } from '@towpath/domain/edge/plan-moves.ts'
import type { WantedEdge, WantedService } from '@towpath/domain/edge/wanted.ts'
import { fenced, notApplied } from '../edge-errors.ts'
import { fileDifferences, runtimeDifferences } from './differences.ts'
import type { EdgeFile } from './edge-file.ts'
import { commandsFor } from './moves-to-commands.ts'
import { reload } from './reload.ts'
import { type RenderedEdge, renderEdge } from './render.ts'
import { type RuntimeEdge, askWorker, oldWorkers, readRuntime, tellAndRead } from './runtime.ts'
import { currentEdge, serverOf, steeringOf } from './slot-state.ts'
import { relayCommand } from './steering-commands.ts'
import { keptTrials } from './lease.ts'
import { resultOf } from './settled.ts'
import type { StateDirectory } from './state-directory.ts'

interface Wish {
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
  const [written, seen] = await Promise.allSettled([writeWanted(dir, wanted, rendered), look(dir, wanted)])
  const { file, isChanged, settled } = resultOf(written)
  const steering = steer(dir, wanted, { rendered, file, ...resultOf(seen) })
  const [steered, named] = await Promise.allSettled([steering, settled])
  const outcome = resultOf(steered)
  resultOf(named)
  return {
    changed: isChanged || outcome !== 'same',
    reloaded: outcome === 'reloaded',
    tookMs: performance.now() - started,
  }
}

export interface WrittenWish {
  /** As it was before this call. */
  file: EdgeFile | null
  /** What the file asks for is new; another deployment's name over the same wishes is written and is no change. */
  isChanged: boolean
  /** What was written cannot be lost any more. */
  settled: Promise<void>
}

/** Writes maps and file. Throws FENCED where a newer controller did before, and nothing is written then. */
export async function writeWanted(
  dir: StateDirectory,
  wanted: WantedEdge,
  rendered: RenderedEdge,
): Promise<WrittenWish> {
  const { services, fence } = wanted
  const { before: file, settled } = await dir.write({ text: rendered.text, services, fence })
  if (settled === null) throw fenced(wanted, file ?? { fence: null, deployment: null })
  const isSame = file?.text === rendered.text
  return { file, isChanged: !isSame && fileDifferences(file, wanted, rendered).length > 0, settled }
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
  if (runtime.structure !== rendered.structure) {
    const releases = commandsOf(
      moves,
      wanted.services.filter((service) => isReleasedAtHome(runtime, service)),
    )
    if (releases.length > 0) await tellAndRead(dir, releases, [])
    await reload(dir, rendered.structure)
    const kept = keptTrials(runtime, wanted)
    if (kept.length > 0) await tellAndRead(dir, kept, [])
    await relayFrom(dir, await oldWorkers(dir), runtime)
    return 'reloaded'
  }
  await relayFrom(dir, left, runtime)
  if (moves.length === 0) return 'same'
  const after = await tellAndRead(
    dir,
    commandsOf(moves, wanted.services),
    wanted.services.map(({ service }) => service),
  )
  const differences = runtimeDifferences(after.runtime, wanted, rendered)
  if (differences.length > 0) throw notApplied(differences, after.complaint)
  return 'moved'
}

const commandsOf = (moves: EdgeMove[], services: WantedService[]): string[] =>
  services.flatMap((service) =>
    moves.filter((move) => move.service === service.service).flatMap((move) => commandsFor(move, service)),
  )

/**
 * Requests that wait are let go by the worker that they wait in, before a reload leaves it behind: after that its
 * servers can be set no more (seen with 2.6.12). Only where its slots are where that worker knows them.
 */
const isReleasedAtHome = (runtime: RuntimeEdge, { service, slots, held }: WantedService): boolean =>
  !held &&
  steeringOf(runtime, service)?.isHeld === true &&
  slots.every(({ slot, address, port }) => {
    const known = serverOf(runtime, service, slot)
    return known?.address === address && known.port === port
  })

/**
 * A worker that a reload left behind may still get one request on each connection that was idle, and knows nothing of
 * later moves: it hands such a request on to the newest worker. When it has ended there is nothing to tell.
 */
async function relayFrom(dir: StateDirectory, pids: string[], { steering }: RuntimeEdge): Promise<void> {
  const lines = steering.map(({ service }) => relayCommand(service))
  if (lines.length > 0) await Promise.all(pids.map((pid) => askWorker(dir, pid, lines)))
}
