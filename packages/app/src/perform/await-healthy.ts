import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import type { ServicePlan } from '@towpath/domain/deployment/plan.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ContainerState } from '../ports/container-engine.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { probePlace } from './probe-place.ts'
import { restartsBefore } from './restarts-before.ts'

/** Good answers in a row before a candidate counts as healthy: one may come from a half-started process. */
const goodInARow = 2
const confirmAfterMs = 25
/** Often at first: requests may be waiting for this one. */
const lookEveryMs = { first: 15, later: 50 }
const firstForMs = 1_000
const logTailLines = 40

/** Waits until every candidate of the wave answers its health check through the edge. Ends early when one exits. */
export const awaitHealthy: Perform<'await-healthy'> = async (performing, { services }) => {
  const { installation, deployment } = performing
  const started = installation.elapsedMs()
  const chosen = deployment.plan.services.filter((service) => services.includes(service.service))
  const ends = await Promise.all(chosen.map((service) => awaitOne(performing, service)))
  if (ends.includes('interrupted')) return null
  return { type: 'candidates.healthy', data: { services, tookMs: installation.elapsedMs() - started } }
}

async function awaitOne(performing: Performing, service: ServicePlan): Promise<'healthy' | 'interrupted'> {
  const { installation, signal } = performing
  const started = installation.elapsedMs()
  const deadline = started + service.healthyWithinMs
  const place = placeOf(performing, service)
  const restarts = await restartsBefore(performing, place.container)
  let good = 0
  let last = 'no answer yet'
  while (installation.elapsedMs() < deadline) {
    signal.throwIfAborted()
    if (await performing.isTurned()) return 'interrupted'
    const look = await probePlace(performing, { ...place, service: service.service })
    good = look.saw === 'good' ? good + 1 : 0
    last = look.text
    // One good answer leaves nothing to ask the engine before the second.
    if (good !== 1) await failIfExited(performing, service, restarts)
    if (good >= goodInARow) return 'healthy'
    const everyMs = installation.elapsedMs() < started + firstForMs ? lookEveryMs.first : lookEveryMs.later
    await installation.wake.wait(
      good > 0 ? confirmAfterMs : Math.min(service.health.intervalMs, everyMs),
      signal,
    )
  }
  throw await neverHealthy(performing, service, last)
}

async function failIfExited(
  { engine, deployment }: Performing,
  service: ServicePlan,
  restarts: number,
): Promise<void> {
  const name = candidatePlacement(deployment).services[service.service]?.container ?? ''
  const state = await engine.inspect(name)
  const lives = state !== null && !['exited', 'dead'].includes(state.status) && state.restarts <= restarts
  if (lives) return
  throw new TowpathError({
    code: 'CANDIDATE_EXITED',
    kind: 'failed',
    message: `${service.service} ${deployment.release} exited${howItEnded(state)} before it was healthy.`,
    hint: 'Its last log lines say why; mend it and deploy again.',
    detail: { logTail: state === null ? '' : await engine.logs(name, { tailLines: logTailLines }) },
  })
}

function placeOf({ deployment }: Performing, { service }: ServicePlan): PlacedService {
  const place = candidatePlacement(deployment).services[service]
  if (place === undefined) throw new RangeError(`${service} has no place: the plan names every service`)
  return place
}

const howItEnded = (state: ContainerState | null): string => {
  if (state === null) return ''
  const code = state.exitCode === null ? '' : ` with code ${state.exitCode}`
  return state.oomKilled ? `${code}, killed for want of memory,` : code
}

async function neverHealthy(
  { engine, deployment }: Performing,
  service: ServicePlan,
  last: string,
): Promise<TowpathError> {
  const name = candidatePlacement(deployment).services[service.service]?.container ?? ''
  return new TowpathError({
    code: 'NEVER_HEALTHY',
    kind: 'failed',
    message: `${service.service} ${deployment.release} did not get healthy within ${Math.round(service.healthyWithinMs / 1000)} s: GET ${service.health.path} on port ${service.port} gave ${last}.`,
    hint: 'See its last log lines, or give it more time with health.within.',
    detail: { logTail: await engine.logs(name, { tailLines: logTailLines }) },
  })
}
