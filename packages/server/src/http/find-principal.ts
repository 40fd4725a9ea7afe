import { timingSafeEqual } from 'node:crypto'
import { hashToken } from '@towpath/app/principal/add-principal.ts'
import { stateOf } from '@towpath/app/state-of.ts'
import { principalView } from '@towpath/domain/ledger/views.ts'
import type { Principal } from '@towpath/domain/principal/principal.ts'
import type { Store } from '@towpath/store/store.ts'
import { everyView } from './every-view.ts'

type Reader = Pick<Store, 'view' | 'listViews'>

/** Names of principals by the hash of their token, as of the last look through all of them. A hint, never an answer. */
const namesByHash = new WeakMap<Reader, ReadonlyMap<string, string>>()

/**
 * The principal whose token this is, as the ledger has it now: one that was revoked or replaced a moment ago shows. All
 * are looked through only for a token that was not seen before; null where none of them has it.
 */
export async function findPrincipal(store: Reader, token: string): Promise<Principal | null> {
  const hash = hashToken(token)
  const name = namesByHash.get(store)?.get(hash)
  const known = name === undefined ? undefined : await stateOf(store, principalView, name)
  if (known !== undefined && isSame(hash, known.tokenHash)) return known
  return await lookThrough(store, hash)
}

async function lookThrough(store: Reader, hash: string): Promise<Principal | null> {
  const names = new Map<string, string>()
  let found: Principal | null = null
  // No early end: the time taken says nothing about which principal a guess came close to.
  for await (const { state } of everyView(store, principalView)) {
    names.set(state.tokenHash, state.name)
    if (isSame(hash, state.tokenHash)) found = state
  }
  namesByHash.set(store, names)
  return found
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')]
  return left.length === right.length && timingSafeEqual(left, right)
}
