import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'

/** The deployment of that id, or DEPLOYMENT_NOT_FOUND. */
export async function deploymentOf({ store }: Installation, id: string): Promise<Deployment> {
  const deployment = await stateOf(store, deploymentView, id)
  if (deployment !== undefined) return deployment
  throw new TowpathError({
    code: 'DEPLOYMENT_NOT_FOUND',
    kind: 'not-found',
    message: `There is no deployment ${id}.`,
    hint: 'towpath status lists the newest. Nothing was changed.',
    detail: { id },
  })
}
