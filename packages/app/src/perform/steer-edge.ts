import type { Command } from '@towpath/domain/deployment/command.ts'
import { edgeAt } from '@towpath/domain/deployment/seating.ts'
import { trafficOf } from '@towpath/domain/deployment/traffic.ts'
import type { Traffic } from '@towpath/domain/deployment/traffic.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Performing } from '../runner/performing.ts'

type Steering = Pick<Performing, 'installation' | 'deployment' | 'edge' | 'edgeSpec'>

/** The edge of a deployment by recorded facts and the command they ask for, signed by this controller. */
export const wantedBy = (
  performing: Pick<Steering, 'installation' | 'deployment'>,
  doing: Command | null,
): WantedEdge => wantedWith(performing, trafficOf(performing.deployment, doing))

export const wantedWith = (
  { installation, deployment }: Pick<Steering, 'installation' | 'deployment'>,
  traffic: Traffic,
): WantedEdge => edgeAt(deployment, traffic, { fence: installation.fence })

/**
 * Makes the edge do what is wanted, and makes it run where somebody stopped or killed it. In turn with the standing work
 * on the same environment, which looks whether a deployment began before each of its own acts.
 */
export async function steerEdge(performing: Steering, wanted: WantedEdge): Promise<void> {
  const { installation, edge, edgeSpec, deployment } = performing
  await installation.inTurn(deployment.environment, async () => {
    try {
      await edge.apply(edgeSpec, wanted)
    } catch (fault) {
      // Only now is the engine asked: that takes longer than all that an edge which runs has to be told.
      if (!(fault instanceof TowpathError) || fault.code !== 'EDGE_UNREACHABLE') throw fault
      await edge.ensure(edgeSpec, wanted)
      await edge.apply(edgeSpec, wanted)
    }
  })
}
