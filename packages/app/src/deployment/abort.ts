import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { deploymentOf } from './deployment-of.ts'

/** Turns a running or waiting deployment round. Traffic goes back to the release before, then candidates are removed. */
export async function abortDeployment(
  installation: Installation,
  caller: Caller,
  input: { deployment: string; reason: string },
): Promise<Deployment> {
  const before = await deploymentOf(installation, input.deployment)
  requirePermission(caller, 'abort', before.environment)
  const deployment = await installation.store.transact(async (tx) => {
    const state = await stateOf(tx, deploymentView, before.id)
    if (state?.finished) throw alreadyFinished(state)
    await tx.append({
      type: 'deployment.abort-requested',
      actor: caller.principal.name,
      idem: `${before.id}/abort`,
      environment: before.environment,
      release: before.release,
      deployment: before.id,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { reason: input.reason },
    })
    return await stateOf(tx, deploymentView, before.id)
  })
  installation.wake.ring()
  return deployment ?? before
}

const alreadyFinished = (state: Deployment): TowpathError =>
  new TowpathError({
    code: 'DEPLOYMENT_FINISHED',
    kind: 'conflict',
    message: `Deployment ${state.id} is finished: ${state.finished?.outcome ?? ''}.`,
    hint: `To go back from ${state.release}: towpath rollback -e ${state.environment}. Nothing was changed.`,
  })
