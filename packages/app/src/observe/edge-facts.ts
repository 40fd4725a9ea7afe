import type { DeploymentPlan } from '@towpath/domain/deployment/plan.ts'
import type { GateFacts } from '@towpath/domain/gate/gate-facts.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'
import type { Performing } from '../runner/performing.ts'
import { wantedBy } from '../perform/steer-edge.ts'
import { observed } from './observed.ts'

/** Differences between what the ledger wants of the edge, its file and its run time; null before there is one. */
export async function edgeDifferences(performing: Performing): Promise<GateFacts['edge']> {
  const { installation, deployment, edge, edgeSpec } = performing
  if (deployment.start?.previous === null || deployment.subnet === null) return null
  return await observed(installation, () => edge.drift(edgeSpec, wantedBy(performing, null)))
}

/** Foreign containers that answer to a name of the edge, one sentence each. */
export const foreignNames = ({
  installation,
  engine,
  deployment,
}: Performing): Promise<GateFacts['foreign']> =>
  observed(installation, async () => (await foreignContainers(engine, deployment.plan)).map(sentenceFor))

export interface ForeignContainer {
  container: string
  network: string
  aliases: string[]
}

/** Containers without our label that share a network name with the edge: neighbours may reach them instead of it. */
export async function foreignContainers(
  engine: ContainerEngine,
  plan: DeploymentPlan,
): Promise<ForeignContainer[]> {
  const found: ForeignContainer[] = []
  for (const { network, aliases } of plan.edge.networks) {
    const state = await engine.networkState(network)
    for (const member of state?.members ?? []) {
      const taken = member.ours ? [] : member.aliases.filter((alias) => aliases.includes(alias))
      if (taken.length > 0) found.push({ container: member.container, network, aliases: taken })
    }
  }
  return found
}

export const sentenceFor = ({ container, network, aliases }: ForeignContainer): string =>
  `${container} is not ours and answers to ${aliases.join(', ')} on ${network}`
