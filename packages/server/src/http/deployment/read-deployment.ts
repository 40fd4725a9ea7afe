import { deploymentOf } from '@towpath/app/deployment/deployment-of.ts'
import { decisionFor } from '@towpath/app/fleet/members.ts'
import type { Installation } from '@towpath/app/installation.ts'
import type { Caller } from '@towpath/app/principal/caller.ts'
import { stateOf } from '@towpath/app/state-of.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { requireRead } from '../read-permission.ts'
import { showDeployment } from './show-deployment.ts'
import type { DeploymentAt } from './show-deployment.ts'

/** A deployment that the caller may see. Throws DEPLOYMENT_NOT_FOUND or FORBIDDEN. */
export async function readDeployment(
  installation: Installation,
  caller: Caller,
  id: string,
): Promise<DeploymentAt> {
  const found = await installation.store.view(deploymentView, id)
  const state = found?.state ?? (await deploymentOf(installation, id))
  requireRead(caller, state.environment)
  return { state, seq: found?.seq ?? 0 }
}

/** The answer that tells of a deployment, with what it waits for as things stand now. */
export async function answerFor(installation: Installation, deployment: DeploymentAt) {
  const { environment } = deployment.state
  const state =
    (await stateOf(installation.store, environmentView, environment)) ?? emptyEnvironment(environment)
  const facts = { environment: state, now: installation.now() }
  return showDeployment(deployment, await decisionFor(installation.store, deployment.state, facts))
}

/** Right after a use case returned it: read once more for its place in the ledger. */
export async function answerForId(installation: Installation, caller: Caller, id: string) {
  return await answerFor(installation, await readDeployment(installation, caller, id))
}
