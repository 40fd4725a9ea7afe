import type { LedgerView } from '@towpath/domain/ledger/views.ts'
import type { Store } from '@towpath/store/store.ts'
import type { View } from '@towpath/store/view/fold.ts'

/** Every document of a kind, newest first, page by page. */
export async function* everyView<S>(
  store: Pick<Store, 'listViews'>,
  view: LedgerView<S>,
): AsyncGenerator<View<S>> {
  let cursor: string | undefined
  do {
    const page = await store.listViews(view, { limit: 500, ...(cursor === undefined ? {} : { cursor }) })
    yield* page.items
    cursor = page.next
  } while (cursor !== undefined)
}
