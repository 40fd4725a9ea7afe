import { deploymentOf } from '@towpath/app/deployment/deployment-of.ts'
import type { Installation } from '@towpath/app/installation.ts'
import type { Caller } from '@towpath/app/principal/caller.ts'
import type { EventFilter } from '@towpath/store/ledger/read-events.ts'
import { deploymentIdShape, placeShape, numberText } from '../endpoint.ts'
import { requireRead, requireReadEverywhere } from '../read-permission.ts'

/** Which events are wanted; without either, all of them. */
export const eventScope = {
  environment: placeShape.optional(),
  deployment: deploymentIdShape.optional(),
}
export const seqShape = numberText(0, Number.MAX_SAFE_INTEGER)

/** The filter for a scope that the caller may read. Throws FORBIDDEN or DEPLOYMENT_NOT_FOUND. */
export async function filterFor(
  installation: Installation,
  caller: Caller,
  { environment, deployment }: { environment?: string | undefined; deployment?: string | undefined },
): Promise<EventFilter> {
  if (environment !== undefined) requireRead(caller, environment)
  if (deployment !== undefined)
    requireRead(caller, (await deploymentOf(installation, deployment)).environment)
  if (environment === undefined && deployment === undefined) requireReadEverywhere(caller)
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(deployment === undefined ? {} : { deployment }),
  }
}
