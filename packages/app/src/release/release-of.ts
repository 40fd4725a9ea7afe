import { releaseView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { Release } from '@towpath/domain/release/release.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'

/** The release of that version, or RELEASE_NOT_FOUND with the newest ones. */
export async function releaseOf({ store }: Installation, version: string): Promise<Release> {
  const release = await stateOf(store, releaseView, version)
  if (release !== undefined) return release
  const { items } = await store.listViews(releaseView, { limit: 5 })
  const known = items.map((item) => item.state.version)
  throw new TowpathError({
    code: 'RELEASE_NOT_FOUND',
    kind: 'not-found',
    message: `There is no release ${version}.`,
    hint: `${known.length > 0 ? `The newest are: ${known.join(', ')}.` : 'None was created yet.'} Create it: towpath release create ${version}. Nothing was changed.`,
    detail: { version },
  })
}
