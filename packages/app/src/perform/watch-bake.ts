import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainerState } from '../ports/container-engine.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { probePlace } from './probe-place.ts'
import { restartsBefore } from './restarts-before.ts'
import { steerEdge, wantedAt } from './steer-edge.ts'

const lookEveryMs = 200
/** Time between two looks that counts as watched: a controller that slept for an hour did not watch for an hour. */
const gapMaxMs = 2_000
/** Failed looks in a row before a living process counts as failing: one may be a hiccup of the network. */
const badInARow = 3
const logTailLines = 40

interface Watched {
  service: string
  place: PlacedService
  restarts: number
  bad: number
}

/**
 * Watches the new release while the old one is the edge's backup. Measured on a clock that only grows, by the looks that
 * were really taken: after a crash it starts again, a jump of the wall clock changes nothing, and it never ends on a
 * look that was bad or missing.
 */
export const watchBake: Perform<'watch-bake'> = async (performing, { durationMs }) => {
  const { installation, signal } = performing
  const watched = await whatToWatch(performing)
  let watchedMs = 0
  let last = installation.elapsedMs()
  let fine = false
  while (watchedMs < durationMs || !fine) {
    signal.throwIfAborted()
    if (await performing.isTurned()) return null
    const looks = await Promise.all(watched.map((one) => lookAt(performing, one)))
    fine = looks.every((look) => look === 'good')
    if (looks.includes('edge-down')) await steerEdge(performing, wantedAt(performing, 'switched'))
    await sleep(lookEveryMs, undefined, { signal })
    const now = installation.elapsedMs()
    watchedMs += Math.min(now - last, gapMaxMs)
    last = now
  }
  return { type: 'bake.passed', data: { watchedMs, requests: await requestsSeen(performing) } }
}

const whatToWatch = (performing: Performing): Promise<Watched[]> =>
  Promise.all(
    Object.entries(candidatePlacement(performing.deployment).services).map(async ([service, place]) => ({
      service,
      place,
      restarts: await restartsBefore(performing, place.container),
      bad: 0,
    })),
  )

/** One look. Throws when the process died, or failed too often in a row; an edge that is down says nothing about it. */
async function lookAt(performing: Performing, one: Watched): Promise<'good' | 'bad' | 'edge-down'> {
  const state = await performing.engine.inspect(one.place.container)
  if (state === null || state.status !== 'running' || state.restarts > one.restarts)
    throw await died(performing, one, state)
  const look = await probePlace(performing, { ...one.place, service: one.service })
  if (look.edgeDown) return 'edge-down'
  one.bad = look.good ? 0 : one.bad + 1
  if (one.bad >= badInARow) throw await failing(performing, one, look.saw)
  return look.good ? 'good' : 'bad'
}

const failing = async (
  { deployment, engine }: Performing,
  one: Watched,
  saw: string,
): Promise<TowpathError> =>
  new TowpathError({
    code: 'PROBES_FAILING',
    kind: 'failed',
    message: `${one.service} ${deployment.release} stopped answering its health check while it was watched: ${saw}.`,
    hint: 'Its last log lines say why.',
    detail: { logTail: await engine.logs(one.place.container, { tailLines: logTailLines }) },
  })

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
