import { edgeAt } from '@towpath/domain/deployment/seating.ts'
import type { TrafficStage } from '@towpath/domain/deployment/seating.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import type { Performing } from '../runner/performing.ts'

type Steering = Pick<Performing, 'installation' | 'deployment' | 'edge' | 'edgeSpec'>

/** The edge of a deployment's stage, signed by this controller. */
export const wantedAt = (
  { installation, deployment }: Pick<Steering, 'installation' | 'deployment'>,
  stage: TrafficStage,
  admitted: string[] = [],
): WantedEdge => edgeAt(deployment, stage, { fence: installation.fence, admitted })

/**
 * Makes the edge do what is wanted, and makes it run where somebody stopped or killed it. In turn with the standing work
 * on the same environment, which looks whether a deployment began before each of its own acts.
 */
export async function steerEdge(performing: Steering, wanted: WantedEdge): Promise<void> {
  const { installation, edge, edgeSpec, deployment } = performing
  await installation.inTurn(deployment.environment, async () => {
    await edge.ensure(edgeSpec, wanted)
    await edge.apply(edgeSpec, wanted)
  })
}
