import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'

/**
 * A kind of document kept beside the ledger: pure functions from events to state, applied inside the transaction that
 * appends the event. State is plain JSON, what `JSON.parse` can give.
 */
export interface Fold<S = unknown> {
  kind: string
  /** Raise it when the functions change: the next start then folds every document again. */
  version: number
  /** The documents this event shapes; usually none or one. */
  idsOf(event: LedgerEvent): readonly string[]
  /** A document's next state; `state` is undefined for its first event. */
  fold(state: S | undefined, event: LedgerEvent): S
}

/** Names a kind of document and the type of its state; every fold is one. */
export type ViewKind<S> = Pick<Fold<S>, 'kind' | 'fold'>

/** One folded document. `created` and `seq` are its first and its latest event. */
export interface View<S> {
  id: string
  created: number
  seq: number
  state: S
}
