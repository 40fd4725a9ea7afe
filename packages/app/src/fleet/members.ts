import { decide } from '@towpath/domain/deployment/decide.ts'
import type { Decision } from '@towpath/domain/deployment/decide.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { decideFleet } from '@towpath/domain/fleet/decide-fleet.ts'
import { memberPlan } from '@towpath/domain/fleet/fleet-plan.ts'
import type { FleetHost } from '@towpath/domain/fleet/fleet-plan.ts'
import { seatOf } from '@towpath/domain/fleet/seat.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { Store } from '@towpath/store/store.ts'
import { stateOf } from '../state-of.ts'

type Reads = Pick<Store, 'view'>

/** What a deployment needs next, to one host or to several: the one way from recorded facts to a decision. */
export async function decisionFor(
  from: Reads,
  deployment: Deployment,
  { environment, now }: { environment: EnvironmentState; now: string },
): Promise<Decision> {
  if (deployment.plan.fleet === undefined) return decide(deployment, environment, now)
  return decideFleet(deployment, { environment, members: await membersOf(from, deployment), now })
}

/** The hosts' own deployments that a deployment to several hosts began, by host. */
export async function membersOf(from: Reads, { hosts }: Deployment): Promise<Record<string, Deployment>> {
  const members: Record<string, Deployment> = {}
  for (const [host, { deployment }] of Object.entries(hosts ?? {})) {
    const state = await stateOf(from, deploymentView, deployment)
    if (state !== undefined) members[host] = state
  }
  return members
}

/** What one host of an environment has, by the ledger. */
export const seatState = async (from: Reads, environment: string, host: string): Promise<EnvironmentState> =>
  (await stateOf(from, environmentView, seatOf(environment, host))) ??
  emptyEnvironment(seatOf(environment, host))

/** The part of one host as it would stand right after its start; in no ledger. For looking at the host beforehand. */
export async function draftOf(from: Reads, deployment: Deployment, host: FleetHost): Promise<Deployment> {
  const seat = await seatState(from, deployment.environment, host.name)
  const { live: previous, warm, serviceNumbers, subnet } = seat
  return {
    ...deployment,
    environment: seat.environment,
    plan: memberPlan(deployment.plan, host, deployment.id),
    start: { fence: 0, previous, warm, slots: {}, serviceNumbers, subnet, at: deployment.requestedAt },
    subnet,
  }
}

/** What serves an environment, or one host of it: of several hosts, the first. Undefined where nothing ever happened. */
export async function placeState(from: Reads, environment: string): Promise<EnvironmentState | undefined> {
  const whole = await stateOf(from, environmentView, environment)
  const first = whole?.live?.hosts?.[0]
  return first === undefined ? whole : await seatState(from, environment, first.name)
}
