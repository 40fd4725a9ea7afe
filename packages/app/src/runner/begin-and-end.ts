import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { stepIdem } from '@towpath/domain/deployment/deployment-state.ts'
import { oldStays } from '@towpath/domain/deployment/strategy/turn.ts'
import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import type { EventData } from '@towpath/domain/ledger/event-data.ts'
import { decisionFor } from '../fleet/members.ts'
import type { Installation } from '../installation.ts'

/** Gives the environment to a deployment. Decided again under the ledger's lock, so two can never both have it. */
export async function startDeployment(installation: Installation, id: string): Promise<boolean> {
  const started = await installation.store.transact(async (tx) => {
    const deployment = await stateOf(tx, deploymentView, id)
    if (deployment === undefined) return false
    const environment =
      (await stateOf(tx, environmentView, deployment.environment)) ?? emptyEnvironment(deployment.environment)
    const decision = await decisionFor(tx, deployment, { environment, now: installation.now() })
    if (decision.next !== 'start') return false
    await tx.append({
      type: 'deployment.started',
      actor: 'towpath',
      idem: `${id}/started`,
      ...labelsOf(deployment),
      data: { fence: installation.fence, ...decision.admission.facts },
    })
    return true
  })
  installation.wake.ring()
  return started
}

/** Records how a deployment ended and, where it made its release live, who sits in the slots from now on. */
export async function finishDeployment(installation: Installation, id: string): Promise<boolean> {
  const finished = await installation.store.transact(async (tx) => {
    const deployment = await stateOf(tx, deploymentView, id)
    if (deployment === undefined) return false
    const environment =
      (await stateOf(tx, environmentView, deployment.environment)) ?? emptyEnvironment(deployment.environment)
    const decision = await decisionFor(tx, deployment, { environment, now: installation.now() })
    if (decision.next !== 'end') return false
    const { outcome, reason } = decision.command
    await tx.append({
      type: 'deployment.finished',
      actor: 'towpath',
      idem: stepIdem(id, 'finish'),
      ...labelsOf(deployment),
      data: { kind: deployment.kind, outcome, reason, ...endingOf(deployment, outcome, installation.now()) },
    })
    return true
  })
  installation.wake.ring()
  return finished
}

function endingOf(
  deployment: Deployment,
  outcome: string,
  now: string,
): Pick<EventData['deployment.finished'], 'bakedMs' | 'placement' | 'warmUntil' | 'warmServices'> {
  if (outcome !== 'live') return { bakedMs: 0, placement: null, warmUntil: null }
  const { fleet } = deployment.plan
  if (fleet !== undefined) {
    const { release, id, kind, plan } = deployment
    const placement = { release, deployment: id, services: {}, hosts: fleet.hosts }
    return { bakedMs: kind === 'rollback' ? 0 : plan.bakeMs, placement, warmUntil: null }
  }
  return {
    bakedMs: deployment.kind === 'rollback' ? 0 : deployment.plan.bakeMs,
    placement: candidatePlacement(deployment),
    warmUntil: new Date(Date.parse(now) + deployment.plan.warmMs).toISOString(),
    warmServices: Object.keys(deployment.start?.previous?.services ?? {}).filter((key) =>
      oldStays(deployment.plan, key),
    ),
  }
}

export const labelsOf = ({
  environment,
  release,
  id,
}: Deployment): { environment: string; release: string; deployment: string } => ({
  environment,
  release,
  deployment: id,
})
