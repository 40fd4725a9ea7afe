import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { isAsking } from '@towpath/domain/fleet/decide-fleet.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { decisionFor, membersOf } from '../fleet/members.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { stateOf } from '../state-of.ts'
import { deploymentOf } from './deployment-of.ts'

/**
 * A person goes on from an inconclusive verdict, with a reason. Only where a deployment waits for just that: a verdict
 * of fail is not a person's to overrule here, and one that is still being reached needs nobody.
 */
export async function resumeDeployment(
  installation: Installation,
  caller: Caller,
  input: { deployment: string; reason: string },
): Promise<Deployment> {
  const before = await whoAsks(installation, await deploymentOf(installation, input.deployment))
  requirePermission(caller, 'resume', before.environment)
  const deployment = await installation.store.transact(async (tx) => {
    const state = await stateOf(tx, deploymentView, before.id)
    const environment =
      (await stateOf(tx, environmentView, before.environment)) ?? emptyEnvironment(before.environment)
    const decision =
      state === undefined ? null : await decisionFor(tx, state, { environment, now: installation.now() })
    if (decision?.next !== 'perform' || decision.command.do !== 'await-person') throw nothingToResume(before)
    const step = decision.command.after
    await tx.append({
      type: 'deployment.resumed',
      actor: caller.principal.name,
      idem: `${before.id}/resumed/${step}`,
      environment: before.environment,
      release: before.release,
      deployment: before.id,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { step, reason: input.reason },
    })
    return await stateOf(tx, deploymentView, before.id)
  })
  installation.wake.ring()
  return deployment ?? before
}

/** Of several hosts, it is one host's verdict that waits for a person. */
async function whoAsks({ store }: Installation, deployment: Deployment): Promise<Deployment> {
  const members = Object.values(await membersOf(store, deployment))
  return members.find(isAsking) ?? deployment
}

const nothingToResume = ({ id }: Deployment): TowpathError =>
  new TowpathError({
    code: 'NOTHING_TO_RESUME',
    kind: 'conflict',
    message: `Deployment ${id} does not wait for a person to decide.`,
    hint: `See where it stands: towpath explain ${id}. Nothing was changed.`,
  })
