import type { LedgerHead } from './event.ts'

/** What a client sees now of a ledger it has seen before. */
export interface SeenLedger {
  head: LedgerHead
  /** Hash of the event at the remembered head's seq today; undefined where there is none. */
  hashAtRememberedSeq: string | undefined
}

/** `shorter` and `different` mean that history the client once saw is no longer there. */
export type HeadComparison = 'same' | 'grown' | 'shorter' | 'different'

/**
 * Compares a ledger with the head a client remembers of it. A ledger may only grow: what was there
 * must still be there, with the same hash, which covers every event before it.
 */
export const compareHeads = (
  remembered: LedgerHead,
  { head, hashAtRememberedSeq }: SeenLedger,
): HeadComparison => {
  if (head.seq < remembered.seq) return 'shorter'
  if (head.seq === remembered.seq) return head.hash === remembered.hash ? 'same' : 'different'
  // Before its first event every ledger has the same, empty history.
  if (remembered.seq === 0) return 'grown'
  return hashAtRememberedSeq === remembered.hash ? 'grown' : 'different'
}
