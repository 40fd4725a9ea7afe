import type { LedgerEvent } from '../ledger/event.ts'
import type { Principal } from './principal.ts'

/** Folds one event into a principal. Adding a name again replaces its token and grants; revoking is for good. */
export function foldPrincipal(state: Principal | undefined, event: LedgerEvent): Principal {
  if (event.type === 'principal.added') return event.data.principal
  if (state === undefined) throw new Error(`${event.type} for a principal that nobody added`)
  return event.type === 'principal.revoked' ? { ...state, revokedAt: event.at } : state
}
