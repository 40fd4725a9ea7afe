import type { HostClaim } from '@towpath/domain/fleet/host-claim.ts'

/**
 * What one host remembers of this installation's controllers. Kept by the host itself, so that a copy of the ledger
 * finds there what it does not know. Faults of the way there throw a retryable TowpathError.
 */
export interface HostClaims {
  /** Puts `claim` there where the host has `expected`, in one step; otherwise nothing changes and what it has is told. */
  replace(
    expected: HostClaim | null,
    claim: HostClaim,
  ): Promise<{ replaced: true } | { replaced: false; found: HostClaim | null }>
}
