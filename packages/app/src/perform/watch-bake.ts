import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import type { ProbeResult } from '@towpath/domain/signal/probe-result.ts'
import { startWatch, watchRound, watchVerdict } from '@towpath/domain/verdict/watch-verdict.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainerState } from '../ports/container-engine.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { probePlace } from './probe-place.ts'
import { restartsBefore } from './restarts-before.ts'
import { steerEdge, wantedAt } from './steer-edge.ts'

const lookEveryMs = 200
const logTailLines = 40

interface Watched {
  service: string
  place: PlacedService
  restarts: number
}

/**
 * Watches the new release while the old one is the edge's backup. Measured on a clock that only grows: after a crash it
 * starts again, and a jump of the wall clock changes nothing. The verdict is the domain's; this only looks.
 */
export const watchBake: Perform<'watch-bake'> = async (performing, { durationMs }) => {
  const { installation, signal } = performing
  const watched = await whatToWatch(performing)
  let watch = startWatch
  let last = installation.elapsedMs()
  for (;;) {
    signal.throwIfAborted()
    if (await performing.isTurned()) return null
    const looks = await lookAtAll(performing, watched)
    const now = installation.elapsedMs()
    watch = watchRound(watch, { sinceLastMs: now - last, looks })
    last = now
    const judged = watchVerdict(watch, durationMs)
    if (judged.verdict === 'fail')
      throw await failing(performing, watched, { service: judged.service, looks })
    if (judged.verdict === 'pass') break
    if (Object.values(looks).some((look) => look.saw === 'edge-down'))
      await steerEdge(performing, wantedAt(performing, 'switched'))
    await sleep(lookEveryMs, undefined, { signal })
  }
  return {
    type: 'bake.passed',
    data: { watchedMs: watch.watchedMs, requests: await requestsSeen(performing) },
  }
}

const whatToWatch = (performing: Performing): Promise<Watched[]> =>
  Promise.all(
    Object.entries(candidatePlacement(performing.deployment).services).map(async ([service, place]) => ({
      service,
      place,
      restarts: await restartsBefore(performing, place.container),
    })),
  )

async function lookAtAll(performing: Performing, watched: Watched[]): Promise<Record<string, ProbeResult>> {
  const looks = await Promise.all(
    watched.map(async (one): Promise<[string, ProbeResult]> => [one.service, await lookAt(performing, one)]),
  )
  return Object.fromEntries(looks)
}

/** One look. Throws when the process died: that needs no second one. */
async function lookAt(performing: Performing, one: Watched): Promise<ProbeResult> {
  const state = await performing.engine.inspect(one.place.container)
  if (state === null || state.status !== 'running' || state.restarts > one.restarts)
    throw await died(performing, one, state)
  return await probePlace(performing, { ...one.place, service: one.service })
}

async function failing(
  { deployment, engine }: Performing,
  watched: Watched[],
  { service, looks }: { service: string; looks: Record<string, ProbeResult> },
): Promise<TowpathError> {
  const container = watched.find((one) => one.service === service)?.place.container ?? ''
  return new TowpathError({
    code: 'PROBES_FAILING',
    kind: 'failed',
    message: `${service} ${deployment.release} stopped answering its health check while it was watched: ${looks[service]?.text ?? 'no answer'}.`,
    hint: 'Its last log lines say why.',
    detail: { logTail: await engine.logs(container, { tailLines: logTailLines }) },
  })
}

async function died(
  { deployment, engine }: Performing,
  one: Watched,
  state: ContainerState | null,
): Promise<TowpathError> {
  const code = state?.exitCode ?? null
  return new TowpathError({
    code: 'CANDIDATE_DIED',
    kind: 'failed',
    message: `${one.service} ${deployment.release} died${code === null ? '' : ` with exit code ${code}`} while it was watched.`,
    hint: 'The edge sent its traffic to the release before at once.',
    detail: {
      logTail: state === null ? '' : await engine.logs(one.place.container, { tailLines: logTailLines }),
    },
  })
}

async function requestsSeen({ deployment, edge, edgeSpec }: Performing): Promise<number> {
  const placed = candidatePlacement(deployment).services
  const status = await edge.status(edgeSpec)
  return status
    .filter((slot) => placed[slot.service]?.slot === slot.slot)
    .reduce((sum, slot) => sum + slot.requests, 0)
}
