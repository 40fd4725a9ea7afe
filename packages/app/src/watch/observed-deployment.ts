import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { observedView } from '@towpath/domain/ledger/views.ts'
import type { ObservedDeployment } from '@towpath/domain/watch/observed-deployment.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'

/** Throws OBSERVED_DEPLOYMENT_NOT_FOUND. */
export async function observedDeployment({ store }: Installation, id: string): Promise<ObservedDeployment> {
  const found = await stateOf(store, observedView, id)
  if (found !== undefined) return found
  throw new TowpathError({
    code: 'OBSERVED_DEPLOYMENT_NOT_FOUND',
    kind: 'not-found',
    message: `The ledger has no observed deployment ${id}.`,
    hint: 'List them with: towpath watch report',
  })
}
