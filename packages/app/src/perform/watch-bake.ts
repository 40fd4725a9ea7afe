import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Perform, Performing } from '../runner/performing.ts'

const lookEveryMs = 200
/** Failed looks in a row before a living process counts as failing: one may be a hiccup of the network. */
const badInARow = 3
const logTailLines = 40

/**
 * Watches the new release while the old one is the edge's backup. Measured on a clock that only grows and always in
 * full: after a crash it starts again, so that a bake is never skipped and a jump of the wall clock changes nothing.
 */
export const watchBake: Perform<'watch-bake'> = async (performing, { durationMs }) => {
  const { installation, signal } = performing
  const placed = candidatePlacement(performing.deployment)
  const baseline = await restartsOf(performing, placed.services)
  const started = installation.elapsedMs()
  const bad = new Map<string, number>()
  while (installation.elapsedMs() - started < durationMs) {
    signal.throwIfAborted()
    if (await performing.isTurned()) return null
    for (const [service, place] of Object.entries(placed.services))
      await lookAt(performing, { service, place, bad, restarts: baseline.get(service) ?? 0 })
    await installation.wake.wait(lookEveryMs, signal)
  }
  return {
    type: 'bake.passed',
    data: { watchedMs: installation.elapsedMs() - started, requests: await requestsSeen(performing) },
  }
}

interface Look {
  service: string
  place: PlacedService
  bad: Map<string, number>
  restarts: number
}

async function lookAt(performing: Performing, look: Look): Promise<void> {
  const { deployment, engine } = performing
  const state = await engine.inspect(look.place.container)
  if (state === null || state.status !== 'running' || state.restarts > look.restarts)
    throw await died(performing, look, state?.exitCode ?? null)
  const fault = await probe(performing, look)
  const failures = fault === null ? 0 : (look.bad.get(look.service) ?? 0) + 1
  look.bad.set(look.service, failures)
  if (failures < badInARow) return
  throw new TowpathError({
    code: 'PROBES_FAILING',
    kind: 'failed',
    message: `${look.service} ${deployment.release} stopped answering its health check while it was watched: ${fault ?? ''}.`,
    hint: 'Traffic goes back to the release before. Its last log lines say why.',
    detail: { logTail: await engine.logs(look.place.container, { tailLines: logTailLines }) },
  })
}

async function probe({ edge, edgeSpec }: Performing, { service, place }: Look): Promise<string | null> {
  const { path, timeoutMs, statusMin, statusMax } = place.health
  const answer = await edge.probe(edgeSpec, {
    service,
    slot: place.slot,
    method: 'GET',
    path,
    headers: {},
    timeoutMs,
  })
  if (answer.status === null) return answer.fault ?? 'no answer'
  return answer.status >= statusMin && answer.status <= statusMax ? null : `status ${answer.status}`
}

async function died(
  { deployment, engine }: Performing,
  look: Look,
  code: number | null,
): Promise<TowpathError> {
  return new TowpathError({
    code: 'CANDIDATE_DIED',
    kind: 'failed',
    message: `${look.service} ${deployment.release} died${code === null ? '' : ` with exit code ${code}`} while it was watched.`,
    hint: 'The edge sent its traffic to the release before at once; that stays live.',
    detail: { logTail: await engine.logs(look.place.container, { tailLines: logTailLines }) },
  })
}

/** A container that served before may have restarted long ago; a fresh one may not have at all. */
async function restartsOf(
  { deployment, engine }: Performing,
  services: Record<string, PlacedService>,
): Promise<Map<string, number>> {
  const known = new Set(
    [deployment.start?.previous, deployment.start?.warm].flatMap((placement) =>
      Object.values(placement?.services ?? {}).map((service) => service.container),
    ),
  )
  const entries = await Promise.all(
    Object.entries(services).map(async ([service, place]): Promise<[string, number]> => [
      service,
      known.has(place.container) ? ((await engine.inspect(place.container))?.restarts ?? 0) : 0,
    ]),
  )
  return new Map(entries)
}

async function requestsSeen({ deployment, edge, edgeSpec }: Performing): Promise<number> {
  const placed = candidatePlacement(deployment).services
  const status = await edge.status(edgeSpec)
  return status
    .filter((slot) => placed[slot.service]?.slot === slot.slot)
    .reduce((sum, slot) => sum + slot.requests, 0)
}
