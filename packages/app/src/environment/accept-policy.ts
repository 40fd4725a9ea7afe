import { environmentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { EnvironmentPolicy } from '@towpath/domain/environment/policy.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'

/** Makes a policy the floor of an environment: from now on a release's own config can only be stricter. */
export async function acceptPolicy(
  installation: Installation,
  caller: Caller,
  input: { environment: string; policy: Omit<EnvironmentPolicy, 'version'> },
): Promise<EnvironmentPolicy> {
  requirePermission(caller, 'accept-policy', input.environment)
  return await installation.store.transact(async (tx) => {
    const known = await stateOf(tx, environmentView, input.environment)
    const policy = { ...input.policy, version: (known?.policy?.version ?? 0) + 1 }
    await tx.append({
      type: 'policy.accepted',
      actor: caller.principal.name,
      idem: `policy/${input.environment}/${policy.version}`,
      environment: input.environment,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { policy },
    })
    return policy
  })
}
