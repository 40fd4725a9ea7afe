import type { LedgerView } from '@towpath/domain/ledger/views.ts'
import type { Store } from '@towpath/store/store.ts'
import type { View } from '@towpath/store/view/fold.ts'

/** A page of documents as a query asked for it; `next` is null on the last. */
export async function storePage<S>(
  store: Pick<Store, 'listViews'>,
  view: LedgerView<S>,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: View<S>[]; next: string | null }> {
  const page = await store.listViews(view, { limit, ...(cursor === undefined ? {} : { cursor }) })
  return { items: page.items, next: page.next ?? null }
}
