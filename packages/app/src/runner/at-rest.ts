import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { steeringAtRest } from '@towpath/domain/deployment/seating.ts'
import { wantedEdge } from '@towpath/domain/edge/wanted-edge.ts'
import type { Seating } from '@towpath/domain/edge/wanted-edge.ts'
import { environmentOf, hostOf } from '@towpath/domain/fleet/seat.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'
import { holdHost } from './hold-host.ts'
import { performingFor } from './performing-for.ts'
import type { Performing } from './performing.ts'

/** An environment on one host, or one host of an environment, that no deployment holds. */
export interface AtRest extends Performing {
  environment: EnvironmentState
}

/** Opens the environment's live deployment for standing work; null while it is in motion or nothing is live. */
export async function openAtRest(
  installation: Installation,
  environment: string,
  signal: AbortSignal,
): Promise<AtRest | null> {
  const state = await stateOf(installation.store, environmentView, environment)
  if (state === undefined || state.active !== null || state.live === null) return null
  if (state.live.hosts !== undefined || !(await isKept(installation, environment))) return null
  const deployment = await stateOf(installation.store, deploymentView, state.live.deployment)
  if (deployment === undefined) return null
  const performing = await performingFor(installation, deployment, signal)
  await holdHost(installation, performing.config.host.docker)
  return { ...performing, environment: state }
}

/** A host that left its environment is nobody's to look after; one that never came to be part of it is not, either. */
async function isKept({ store }: Installation, environment: string): Promise<boolean> {
  const host = hostOf(environment)
  if (host === null) return true
  const whole = await stateOf(store, environmentView, environmentOf(environment))
  return whole?.live?.hosts?.some(({ name }) => name === host) ?? false
}

/** Whether the environment still is as it was opened: standing work must never fight a deployment. */
export async function isStillAtRest({ installation, environment }: AtRest): Promise<boolean> {
  const state = await stateOf(installation.store, environmentView, environment.environment)
  return (
    state !== undefined && state.active === null && state.live?.deployment === environment.live?.deployment
  )
}

/** The edge of an environment at rest: the live release, and the warm one as its backup unless it is leaving. */
export function edgeAtRest(
  { installation, deployment, environment }: AtRest,
  options: { withoutWarm: boolean } = { withoutWarm: false },
): WantedEdge {
  const { warm } = environment
  const seatings: Seating[] = []
  if (warm !== null && !options.withoutWarm)
    seatings.push({ placement: warm, role: { role: warm.leaving === null ? 'backup' : 'draining' } })
  if (environment.live !== null)
    seatings.push({ placement: environment.live, role: { role: 'live', weight: 100 } })
  return wantedEdge(
    {
      project: deployment.plan.project,
      environment: deployment.plan.environment,
      deployment: deployment.id,
      fence: installation.fence,
      subnet: environment.subnet ?? '',
      serviceNumbers: environment.serviceNumbers,
      steering: steeringAtRest(deployment.plan),
    },
    seatings,
  )
}

/** Acts on the edge of an environment at rest, unless a deployment began meanwhile: those go first, always. */
export async function steerAtRest(rest: AtRest, wanted: WantedEdge): Promise<boolean> {
  const { installation, edge, edgeSpec, environment } = rest
  return await installation.inTurn(environment.environment, async () => {
    if (!(await isStillAtRest(rest))) return false
    await edge.ensure(edgeSpec, wanted)
    await edge.apply(edgeSpec, wanted)
    return true
  })
}
