import type { AttestationVerdict } from '@towpath/domain/evidence/provenance.ts'

/**
 * Checks attestations against the roots of trust that whoever runs the server chose: certificate, signed time, logs,
 * signature. Offline, and computation alone: the same bundle and roots give the same verdict. Never throws.
 */
export interface AttestationVerifier {
  /** `bundle` is a Sigstore bundle in JSON, as somebody brought it. */
  verify(bundle: string): AttestationVerdict
}
