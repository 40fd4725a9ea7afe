import { admittedPlacement, candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import { serviceOf } from '@towpath/domain/edge/replica.ts'
import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ProbeResult } from '@towpath/domain/signal/probe-result.ts'
import { startWatch, watchRound, watchVerdict } from '@towpath/domain/verdict/watch-verdict.ts'
import type { Watch } from '@towpath/domain/verdict/watch-verdict.ts'
import type { ContainerState } from '../ports/container-engine.ts'
import type { Performing } from '../runner/performing.ts'
import { probePlace } from './probe-place.ts'
import { restartsBefore } from './restarts-before.ts'

const logTailLines = 40

interface Watched {
  service: string
  place: PlacedService
  restarts: number
}

/** Eyes on a new release: each look asks the engine whether its processes live, and each of them its health question. */
export interface Eyes {
  watch: Watch
  /** Throws `CANDIDATE_DIED` or `PROBES_FAILING`; true where the edge itself could not be asked. */
  look(nowMs: number): Promise<{ edgeDown: boolean }>
}

/**
 * Watches the candidates of these services, every replica that has its slot by now, from `startedMs` on. Times are of the
 * clock that only grows: after a crash it starts again, and a jump of the wall clock changes nothing.
 */
export async function openEyes(
  performing: Performing,
  services: readonly string[],
  startedMs: number,
): Promise<Eyes> {
  const watched = await whatToWatch(performing, services)
  let last = startedMs
  const eyes: Eyes = {
    watch: startWatch,
    look: async (nowMs) => {
      const looks = await lookAtAll(performing, watched)
      eyes.watch = watchRound(eyes.watch, { sinceLastMs: nowMs - last, looks })
      last = nowMs
      const judged = watchVerdict(eyes.watch, Number.POSITIVE_INFINITY)
      if (judged.verdict === 'fail')
        throw await failing(performing, watched, { service: judged.service, looks })
      return { edgeDown: Object.values(looks).some((look) => look.saw === 'edge-down') }
    },
  }
  return eyes
}

const whatToWatch = (performing: Performing, services: readonly string[]): Promise<Watched[]> =>
  Promise.all(
    Object.entries(admittedPlacement(performing.deployment).services)
      .filter(([key]) => services.includes(serviceOf(key)))
      .map(async ([service, place]) => ({
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
  const how = state?.oomKilled === true ? ', killed for want of memory,' : ''
  return new TowpathError({
    code: 'CANDIDATE_DIED',
    kind: 'failed',
    message: `${one.service} ${deployment.release} died${code === null ? '' : ` with exit code ${code}`}${how} while it was watched.`,
    hint: 'The edge sent its traffic to the release before at once.',
    detail: {
      logTail: state === null ? '' : await engine.logs(one.place.container, { tailLines: logTailLines }),
    },
  })
}

/** The edge takes a candidate on trial out by itself after enough failures in a row, controller or none. */
export async function failIfFused(
  { edge, edgeSpec, deployment, engine }: Performing,
  { services, step }: { services: readonly string[]; step: string },
): Promise<void> {
  const status = await edge.status(edgeSpec)
  const blown = status.find(({ service, trial }) => services.includes(service) && trial?.fuse === 'blown')
  if (blown === undefined) return
  const container = candidatePlacement(deployment).services[blown.service]?.container ?? ''
  throw new TowpathError({
    code: 'FUSE_BLOWN',
    kind: 'failed',
    message: `${blown.service} ${deployment.release} failed every request in a row on its trial, and the edge took it out by itself (${step}).`,
    hint: 'Traffic went to the release before at once. Its last log lines say why.',
    detail: { logTail: await engine.logs(container, { tailLines: logTailLines }) },
  })
}
