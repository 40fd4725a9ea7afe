import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'

/** A head as the ledger's key signed it; who keeps one can prove that history was not changed since. */
export interface SignedHead {
  installation: string
  seq: number
  hash: string
  at: string
  /** Ed25519 over `signedHeadText`, base64. */
  signature: string
}

/** Shape of a signed head that comes from outside. */
export const signedHeadSchema = z.strictObject({
  installation: z.string().regex(/^[^\s]{1,200}$/),
  seq: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime(),
  signature: z.base64(),
})

/** What is signed: one fact a line, behind a line that keeps the signature from meaning anything else. */
export const signedHeadText = (head: Omit<SignedHead, 'signature'>): string =>
  ['towpath ledger head', head.installation, head.seq, head.hash, head.at, ''].join('\n')

/** True when the key made exactly this statement. False for a malformed head; throws only for a key that is none. */
export const verifySignedHead = (publicKeyPem: string, head: SignedHead): boolean => {
  const key = createPublicKey(publicKeyPem)
  if (!signedHeadSchema.safeParse(head).success) return false
  return verify(null, Buffer.from(signedHeadText(head)), key, Buffer.from(head.signature, 'base64'))
}
