import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import { stepIdem } from '@towpath/domain/deployment/deployment-state.ts'
import { deploymentOf } from '@towpath/app/deployment/deployment-of.ts'
import type { ApiUnderTest } from './api-under-test.ts'

/** Writes into the ledger that a deployment that was asked for started and how it ended. Nothing is started for it. */
export async function endDeployment(
  { installation }: ApiUnderTest,
  id: string,
  outcome: 'live' | 'refused',
): Promise<void> {
  const { store, fence } = installation
  const asked = await deploymentOf(installation, id)
  const labels = { environment: asked.environment, release: asked.release, deployment: id, actor: 'towpath' }
  const slots = Object.fromEntries(asked.plan.services.map(({ service }) => [service, 's1']))
  const serviceNumbers = Object.fromEntries(asked.plan.services.map(({ service }, n) => [service, n]))
  await store.append({
    ...labels,
    type: 'deployment.started',
    idem: `${id}/started`,
    data: { fence, previous: null, warm: null, slots, serviceNumbers, subnet: '172.30.0.0/16' },
  })
  await store.append({
    ...labels,
    type: 'deployment.finished',
    idem: stepIdem(id, 'finish'),
    data: {
      ...{ kind: asked.kind, outcome, reason: 'ended by a test', bakedMs: 0, warmUntil: null },
      placement: outcome === 'live' ? candidatePlacement(await deploymentOf(installation, id)) : null,
    },
  })
}
