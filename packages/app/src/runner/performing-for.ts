import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { isTurned } from '@towpath/domain/deployment/decide.ts'
import type { DeploymentPlan } from '@towpath/domain/deployment/plan.ts'
import type { Installation } from '../installation.ts'
import type { EdgeSpec } from '../ports/edge.ts'
import { readEnvironment } from '../project/environment-model.ts'
import { openSnapshot } from '../release/snapshot.ts'
import type { Performing } from './performing.ts'

/** Opens a deployment's pinned inputs. They never change, so doing it again after a crash gives the same. */
export async function performingFor(
  installation: Installation,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<Performing> {
  const files = await openSnapshot(installation, deployment.pins.snapshot)
  const { config, secrets } = await readEnvironment(installation, files, deployment.environment)
  const turnedBefore = isTurned(deployment)
  return {
    installation,
    deployment,
    config,
    secrets,
    engine: installation.engineOf(config.host.docker, secrets),
    edge: installation.edgeOf(config.host.docker),
    edgeSpec: edgeSpecOf(installation, deployment.plan),
    signal,
    isTurned: async () => {
      const state = await stateOf(installation.store, deploymentView, deployment.id)
      return state !== undefined && isTurned(state) !== turnedBefore
    },
  }
}

export const edgeSpecOf = ({ edgeImage }: Installation, { edge }: DeploymentPlan): EdgeSpec => ({
  name: edge.name,
  image: edgeImage,
  labels: edge.labels,
  networks: edge.networks,
  ports: edge.ports,
})
