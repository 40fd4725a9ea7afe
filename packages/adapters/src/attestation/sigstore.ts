import { X509Certificate } from 'node:crypto'
import { bundleFromJSON } from '@sigstore/bundle'
import type { Bundle } from '@sigstore/bundle'
import { ASN1Obj } from '@sigstore/core'
import { VerificationError, toSignedEntity } from '@sigstore/verify'
import type { SignedEntity, Signer } from '@sigstore/verify'
import type { AttestationVerifier } from '@towpath/app/ports/attestation-verifier.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { AttestationVerdict, BuildIdentity } from '@towpath/domain/evidence/provenance.ts'
import type { RootOfTrust } from './trusted-roots.ts'

/** Sigstore's own verifier over these roots. A bundle has to hold under one of them as a whole. */
export const sigstoreVerifier = (roots: readonly RootOfTrust[]): AttestationVerifier => ({
  verify: (text) => {
    try {
      return verdictOf(bundleFromJSON(JSON.parse(text)), roots)
    } catch (thrown) {
      // The reader throws on whatever is not shaped as a bundle, and its parsers on whatever is no certificate.
      return refused(`it is no Sigstore bundle: ${messageOf(thrown)}`)
    }
  },
})

const refused = (why: string): AttestationVerdict => ({ state: 'refused', why })

function verdictOf(bundle: Bundle, roots: readonly RootOfTrust[]): AttestationVerdict {
  const { content } = bundle
  if (content.$case !== 'dsseEnvelope') return refused('it signs a file, and no statement about one')
  const entity = toSignedEntity(bundle)
  if (entity.key.$case !== 'certificate')
    return refused('it is signed with a bare key, and no certificate says whose')
  const { certificate } = entity.key
  const issuerId = certificate.extAuthorityKeyID?.keyIdentifier?.toString('hex') ?? ''
  const known = roots.filter(({ authorities }) => authorities.has(issuerId))
  if (known.length === 0) return { state: 'no-root', issuedBy: issuerName(bundle) }
  const problems: string[] = []
  for (const { verifier } of known) {
    try {
      const identity = identityOf(verifier.verify(entity))
      return {
        state: 'verified',
        identity,
        signedAt: signedAt(entity),
        payload: content.dsseEnvelope.payload,
      }
    } catch (thrown) {
      problems.push(wordsFor(thrown))
    }
  }
  return refused(problems[0] ?? 'it does not hold')
}

/** The earliest of the times that the verifier believed. */
function signedAt({ timestamps }: SignedEntity): string {
  const times = timestamps.flatMap((one) => {
    if (one.$case === 'timestamp-authority') return [one.timestamp.signingTime.getTime()]
    // Without a promise nobody signed for the time that stands there.
    return one.tlogEntry.inclusionPromise === undefined ? [] : [Number(one.tlogEntry.integratedTime) * 1_000]
  })
  return new Date(Math.min(...times)).toISOString()
}

/** What each failure of the verifier means to whoever brought the bundle. */
const meanings: Partial<Record<string, string>> = {
  TIMESTAMP_ERROR: 'nobody who is trusted signed for the time, so its short-lived certificate may have ended',
  CERTIFICATE_ERROR: 'its certificate is not of a trusted authority, or was not valid when it was signed',
  SIGNATURE_ERROR: 'the statement is not the one that was signed',
  TLOG_ERROR: 'it is in no log that is trusted',
  TLOG_BODY_ERROR: 'the log has another signature or statement than the bundle',
  TLOG_INCLUSION_PROOF_ERROR: 'its proof that it is in the log does not hold',
  TLOG_INCLUSION_PROMISE_ERROR: 'the promise of the log does not hold',
  TLOG_MISSING_INCLUSION_ERROR: 'nothing proves that it is in the log',
}

function wordsFor(thrown: unknown): string {
  const meaning = thrown instanceof VerificationError ? meanings[thrown.code] : undefined
  return meaning === undefined ? messageOf(thrown) : `${meaning} (${messageOf(thrown)})`
}

const FULCIO = '1.3.6.1.4.1.57264.1'

/** Of the extensions from .8 on the value is a DER string; the older ones, which hold plain text, are not read. */
function identityOf({ identity }: Signer): BuildIdentity {
  const values = new Map(
    (identity?.oids ?? []).map(({ oid, value }) => [oid?.id.join('.') ?? '', value] as const),
  )
  const text = (extension: number): string => {
    const value = values.get(`${FULCIO}.${extension}`)
    return value === undefined ? '' : ASN1Obj.parseBuffer(Buffer.from(value)).value.toString('utf8')
  }
  return {
    signer: identity?.subjectAlternativeName ?? '',
    issuer: text(8),
    repository: text(12),
    ref: text(14),
    commit: text(13),
    runner: text(11),
  }
}

/** The common name of who issued the certificate, else all that is known of its name. */
function issuerName({ verificationMaterial: { content } }: Bundle): string {
  if (content.$case === 'publicKey') return 'nobody'
  const leaf =
    content.$case === 'certificate' ? content.certificate : content.x509CertificateChain.certificates[0]
  const { issuer } = new X509Certificate(leaf?.rawBytes ?? Buffer.alloc(0))
  return (/^CN=(.{1,200})$/m.exec(issuer)?.[1] ?? issuer.replaceAll('\n', ', ').slice(0, 200)) || 'nobody'
}
