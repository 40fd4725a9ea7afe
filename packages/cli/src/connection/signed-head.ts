import { createPublicKey, verify } from 'node:crypto'

/** A head as the server's ledger key signed it. */
export interface SignedHead {
  installation: string
  seq: number
  hash: string
  at: string
  /** Ed25519 over `signedText`, base64. */
  signature: string
}

/** What the key signs: one fact a line behind a line of its own, ended by a line break. */
const signedText = ({ installation, seq, hash, at }: SignedHead): string =>
  ['towpath ledger head', installation, seq, hash, at, ''].join('\n')

/** True when this key made exactly this statement; false also for a key that is none. */
export function isSigned(head: SignedHead, publicKeyPem: string): boolean {
  try {
    const key = createPublicKey(publicKeyPem)
    const signature = Buffer.from(head.signature, 'base64')
    return key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(signedText(head)), key, signature)
  } catch {
    return false
  }
}
