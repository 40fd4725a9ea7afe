import type { Store } from '@towpath/store/store.ts'
import type { LedgerView } from '@towpath/domain/ledger/views.ts'

/** The state of one document, read from the store or inside a transaction; undefined where no event has shaped it. */
export async function stateOf<S>(
  from: Pick<Store, 'view'>,
  view: LedgerView<S>,
  id: string,
): Promise<S | undefined> {
  return (await from.view(view, id))?.state
}
