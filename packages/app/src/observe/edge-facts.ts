import { isDone } from '@towpath/domain/deployment/deployment-state.ts'
import type { DeploymentPlan } from '@towpath/domain/deployment/plan.ts'
import { steeringAtRest } from '@towpath/domain/deployment/seating.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import type { GateFacts } from '@towpath/domain/gate/gate-facts.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'
import type { Performing } from '../runner/performing.ts'
import { wantedBy } from '../perform/steer-edge.ts'
import { stateOf } from '../state-of.ts'
import { observed } from './observed.ts'

/** Differences between what the ledger wants of the edge, its file and its run time; null before there is one. */
export async function edgeDifferences(performing: Performing): Promise<GateFacts['edge']> {
  const { installation, deployment, edge, edgeSpec } = performing
  if (deployment.start?.previous === null || deployment.subnet === null) return null
  return await observed(installation, async () => {
    const wanted = wantedBy(performing, null)
    const drifts = []
    for (const plan of [deployment.plan, ...(await plansBefore(performing))])
      drifts.push(await edge.drift(edgeSpec, drawingAs(plan, wanted)))
    return drifts.reduce((one, other) => (other.length < one.length ? other : one))
  })
}

/**
 * How clients would be drawn is part of the edge's file. Until the host is prepared the file has it as the live release
 * asks, or as the deployment did that was last on the host and was taken back. With nothing on trial each is as good.
 */
async function plansBefore({ installation, deployment }: Performing): Promise<DeploymentPlan[]> {
  const environment = await stateOf(installation.store, environmentView, deployment.environment)
  const plans: DeploymentPlan[] = []
  for (const { deployment: id } of environment?.history ?? []) {
    const before = await stateOf(installation.store, deploymentView, id)
    if (before === undefined || !isDone(before, 'prepare-host')) continue
    plans.push(before.plan)
    if (before.finished?.outcome === 'live') break
  }
  return plans
}

function drawingAs(plan: DeploymentPlan, wanted: WantedEdge): WantedEdge {
  const steering = steeringAtRest(plan)
  const services = wanted.services.map((service) => ({
    ...service,
    cohort: steering[service.service]?.cohort ?? false,
  }))
  return { ...wanted, services }
}

/** Foreign containers that answer to a name of the edge, one sentence each. */
export const foreignNames = ({
  installation,
  engine,
  deployment,
}: Performing): Promise<GateFacts['foreign']> =>
  observed(installation, async () => {
    const environment = await stateOf(installation.store, environmentView, deployment.environment)
    return (await foreignContainers(engine, deployment.plan, environment)).map(sentenceFor)
  })

export interface ForeignContainer {
  container: string
  network: string
  aliases: string[]
}

/**
 * Containers without our label that share a network name with the edge: neighbours may reach them instead of it. Not those
 * that were adopted, for as long as they serve.
 */
export async function foreignContainers(
  engine: ContainerEngine,
  plan: DeploymentPlan,
  environment: Pick<EnvironmentState, 'live' | 'warm'> | undefined,
): Promise<ForeignContainer[]> {
  const adopted = new Set(
    [environment?.live, environment?.warm].flatMap((placement) =>
      Object.values(placement?.services ?? {}).map((place) => place.adopted?.id),
    ),
  )
  const found: ForeignContainer[] = []
  for (const { network, aliases } of plan.edge.networks) {
    const state = await engine.networkState(network)
    for (const member of state?.members ?? []) {
      const isKnown = member.ours || adopted.has(member.id)
      const taken = isKnown ? [] : member.aliases.filter((alias) => aliases.includes(alias))
      if (taken.length > 0) found.push({ container: member.container, network, aliases: taken })
    }
  }
  return found
}

export const sentenceFor = ({ container, network, aliases }: ForeignContainer): string =>
  `${container} is not ours and answers to ${aliases.join(', ')} on ${network}`
