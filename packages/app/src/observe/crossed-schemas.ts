import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { isDone } from '@towpath/domain/deployment/deployment-state.ts'
import { hasBegunAnywhere } from '@towpath/domain/fleet/fleet-way.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import type { GateFacts } from '@towpath/domain/gate/gate-facts.ts'
import { crossedSchemas } from '@towpath/domain/deployment/rollback.ts'
import type { LiveRelease } from '@towpath/domain/deployment/rollback.ts'
import type { Installation } from '../installation.ts'

/** What a rollback would step over: migrations that ran since its target was last deployed. Null for anything else. */
export async function crossedSince(
  { store }: Installation,
  deployment: Deployment,
  environment: EnvironmentState,
): Promise<GateFacts['schema']> {
  if (deployment.kind !== 'rollback') return null
  const since: LiveRelease[] = []
  for (const entry of environment.history) {
    if (entry.release === deployment.release && entry.outcome === 'live' && entry.kind !== 'rollback') break
    const past = await stateOf(store, deploymentView, entry.deployment)
    if (past === undefined || past.kind === 'rollback') continue
    since.push({ release: past.release, schema: past.plan.schema, migrated: mayHaveMigrated(past) })
  }
  return { crossed: crossedSchemas(since), accepted: deployment.schemaAccepted }
}

/**
 * Whoever was let as far as its jobs may have migrated, whether its end was recorded or not. What ran before Towpath came
 * did so by other hands.
 */
function mayHaveMigrated(past: Deployment): boolean {
  const { kind, plan } = past
  if (kind === 'adopt') return plan.adoption?.migrates ?? false
  return plan.jobs.length > 0 && (kind === 'import' || hasBegun(past))
}

const hasBegun = (past: Deployment): boolean =>
  past.plan.fleet === undefined ? isDone(past, 'prepare-host') : hasBegunAnywhere(past)
