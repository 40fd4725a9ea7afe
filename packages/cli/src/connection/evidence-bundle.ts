import { createHash, createPublicKey, verify } from 'node:crypto'
import { checkEvidence } from '@towpath/domain/evidence/check-evidence.ts'
import type { CheckedEvidence } from '@towpath/domain/evidence/check-evidence.ts'
import type { EvidenceRecord } from '@towpath/domain/evidence/evidence.ts'
import type { EvidenceBundle } from '@towpath/domain/evidence/statement.ts'
import type { EvidenceAnswer } from './shapes.ts'

/** The record as the server's answer tells it. */
export const recordOf = ({ commit, image, ...rest }: EvidenceAnswer): EvidenceRecord => ({
  ...rest,
  subject: commit === null ? { image: image ?? '' } : { commit },
})

/** Checks a bundle against a key that is trusted, never against the one it brings. */
export function checkBundle(
  { envelope, document }: Pick<EvidenceBundle, 'envelope' | 'document'>,
  { publicKey, record }: { publicKey: string; record?: EvidenceRecord },
): CheckedEvidence {
  return checkEvidence(
    {
      envelope: Buffer.from(envelope, 'base64'),
      document: Buffer.from(document, 'base64'),
      ...(record === undefined ? {} : { record }),
    },
    {
      sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
      isSigned: (bytes, signature) => isSignedBy(publicKey, bytes, signature),
    },
  )
}

function isSignedBy(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey(publicKey)
    return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, signature)
  } catch {
    return false
  }
}
