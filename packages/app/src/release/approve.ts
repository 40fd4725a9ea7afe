import { environmentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { releaseOf } from './release-of.ts'

/** Says yes to a release for one environment, once per principal; never to one's own. Returns who has approved so far. */
export async function approveRelease(
  installation: Installation,
  caller: Caller,
  input: { release: string; environment: string; reason: string },
): Promise<string[]> {
  requirePermission(caller, 'approve', input.environment)
  const release = await releaseOf(installation, input.release)
  if (release.author === caller.principal.name)
    throw new TowpathError({
      code: 'APPROVER_IS_AUTHOR',
      kind: 'forbidden',
      message: `${caller.principal.name} made release ${input.release} and cannot approve it.`,
      hint: `Somebody else with the approver role runs: towpath approve ${input.release} -e ${input.environment}. Nothing was changed.`,
    })
  const approvals = await installation.store.transact(async (tx) => {
    await tx.append({
      type: 'approval.created',
      actor: caller.principal.name,
      idem: `approval/${input.environment}/${input.release}/${caller.principal.name}`,
      environment: input.environment,
      release: input.release,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { release: input.release, environment: input.environment, reason: input.reason },
    })
    const environment = await stateOf(tx, environmentView, input.environment)
    return environment?.approvals[input.release] ?? []
  })
  installation.wake.ring()
  return approvals
}
