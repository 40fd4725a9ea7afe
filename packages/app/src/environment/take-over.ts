import type { HostRefusal } from '@towpath/domain/ledger/views.ts'
import { installationId, installationView } from '@towpath/domain/ledger/views.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { stateOf } from '../state-of.ts'

/**
 * Goes on with this ledger although a host knows more, as after a backup was restored on purpose. Every host obeys it
 * from its next act there on, and a controller that knew more ends. Throws NOTHING_TO_TAKE_OVER where no host refused.
 */
export async function takeOver(
  installation: Installation,
  caller: Caller,
  { reason }: { reason: string },
): Promise<HostRefusal> {
  requirePermission(caller, 'take-over', '*')
  const taken = await installation.store.transact(async (tx) => {
    const refused = (await stateOf(tx, installationView, installationId))?.refused ?? null
    if (refused === null) throw nothingToTakeOver()
    await tx.append({
      type: 'hosts.taken-over',
      actor: caller.principal.name,
      idem: installation.newId('takeover'),
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { fence: refused.fence, reason },
    })
    return refused
  })
  installation.wake.ring()
  return taken
}

const nothingToTakeOver = (): TowpathError =>
  new TowpathError({
    code: 'NOTHING_TO_TAKE_OVER',
    kind: 'conflict',
    message: 'No host refused this ledger, so there is nothing to take over.',
    hint: 'Nothing was changed. towpath status says what each environment is doing.',
  })
