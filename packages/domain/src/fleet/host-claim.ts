import type { LedgerHead } from '../ledger/event.ts'
import { compareHeads } from '../ledger/remembered-head.ts'

/** What a host remembers of the controller that acted on it last: its fence, and the head of its ledger then. */
export interface HostClaim {
  /** 0 where it cannot be read. */
  fence: number
  /** Null where it cannot be read. */
  head: LedgerHead | null
}

/** Whoever wants to act on a host, and what its ledger has to say of the claim that was found there. */
export interface Claimant {
  fence: number
  head: LedgerHead
  /** Hash of the event at the found head's seq in this ledger; undefined where there is none. */
  hashAtFound: string | undefined
  /** A person took over from every controller up to this fence; null where nobody ever did. */
  takenOver: number | null
}

/**
 * - `may-act`: nobody claimed the host, or the ledger that did is part of ours
 * - `newer-controller`: one that started later acts there, and ours ends
 * - `ledger-behind`: events led to what the host does now that our ledger does not know, so a person is asked
 */
export type ClaimVerdict = 'may-act' | 'newer-controller' | 'ledger-behind'

/** Judges the claim found on a host, null where there is none, as on a host that an older version acted on. */
export function judgeClaim(found: HostClaim | null, own: Claimant): ClaimVerdict {
  if (found === null) return 'may-act'
  if (found.fence > own.fence) return 'newer-controller'
  if (own.takenOver !== null && found.fence <= own.takenOver) return 'may-act'
  if (found.head === null) return 'ledger-behind'
  const seen = compareHeads(found.head, { head: own.head, hashAtRememberedSeq: own.hashAtFound })
  return seen === 'same' || seen === 'grown' ? 'may-act' : 'ledger-behind'
}
