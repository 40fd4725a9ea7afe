import { z } from 'zod'
import type { EvidenceRecord } from './evidence.ts'
import { evidenceFormats, evidenceKinds } from './evidence.ts'

/** Media type of an in-toto statement inside a DSSE envelope. */
export const statementType = 'application/vnd.in-toto+json'

const PREDICATE_TYPE = 'https://in-toto.io/attestation/reference/v0.1'
const hexDigest = z.string().regex(/^[0-9a-f]{64}$/)

/** The DSSE envelope (secure-systems-lab/dsse, protocol 1.0): a payload and who signed it. */
export const envelopeSchema = z.strictObject({
  payloadType: z.literal(statementType),
  payload: z.base64(),
  signatures: z.array(z.strictObject({ keyid: hexDigest, sig: z.base64() })).length(1),
})

/** What `evidence show -o` writes: all it takes to check evidence, except the trust in a key. */
export const bundleSchema = z.looseObject({
  envelope: z.base64(),
  document: z.base64(),
  publicKey: z.string(),
})
export type EvidenceBundle = z.output<typeof bundleSchema>

/** What is signed: in-toto Statement v1 whose predicate refers to the document by its digest. */
export const statementSchema = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z
    .array(
      z.strictObject({
        name: z.string(),
        digest: z.union([
          z.strictObject({ gitCommit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/) }),
          z.strictObject({ sha256: hexDigest }),
        ]),
      }),
    )
    .length(1),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.strictObject({
    attester: z.strictObject({ id: z.string() }),
    references: z
      .array(
        z.strictObject({
          name: z.string(),
          mediaType: z.string(),
          digest: z.strictObject({ sha256: hexDigest }),
        }),
      )
      .length(1),
    evidence: z.strictObject({
      id: z.string(),
      kind: z.enum(evidenceKinds),
      format: z.enum(evidenceFormats),
      tool: z.strictObject({ name: z.string(), version: z.string() }),
      bytes: z.int().nonnegative(),
      summary: z.string(),
      recordedAt: z.iso.datetime(),
      recordedBy: z.string(),
    }),
  }),
})
export type Statement = z.output<typeof statementSchema>

const mediaTypes: Record<EvidenceRecord['format'], string> = {
  towpath: 'application/json',
  sarif: 'application/sarif+json',
  cyclonedx: 'application/vnd.cyclonedx+json',
  junit: 'application/xml',
  openvex: 'application/json',
  'sigstore-bundle': 'application/vnd.dev.sigstore.bundle.v0.3+json',
}

/** The statement of a record: installation, subject, document and who brought it when, in one signed text. */
export function statementOf(record: Omit<EvidenceRecord, 'envelope'>, installation: string): Statement {
  const { subject, id, kind, format, tool, bytes, summary, recordedAt, recordedBy } = record
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      'commit' in subject
        ? { name: subject.commit, digest: { gitCommit: subject.commit } }
        : { name: subject.image, digest: { sha256: subject.image.replace('sha256:', '') } },
    ],
    predicateType: PREDICATE_TYPE,
    predicate: {
      attester: { id: `towpath:${installation}` },
      references: [{ name: record.name, mediaType: mediaTypes[format], digest: { sha256: record.document } }],
      evidence: { id, kind, format, tool, bytes, summary, recordedAt, recordedBy },
    },
  }
}

/** The record that a statement was made of. */
export function recordIn(statement: Statement, envelope: string): EvidenceRecord {
  const { evidence, references } = statement.predicate
  const digest = statement.subject[0]?.digest ?? { sha256: '' }
  return {
    ...evidence,
    subject: 'gitCommit' in digest ? { commit: digest.gitCommit } : { image: `sha256:${digest.sha256}` },
    name: references[0]?.name ?? '',
    document: references[0]?.digest.sha256 ?? '',
    envelope,
  }
}

/** DSSE's pre-authentication encoding: the very bytes that the key signs. */
export function signedBytes(payload: Uint8Array, payloadType: string = statementType): Uint8Array {
  const text = new TextEncoder()
  const head = text.encode(`DSSEv1 ${text.encode(payloadType).length} ${payloadType} ${payload.length} `)
  const bytes = new Uint8Array(head.length + payload.length)
  bytes.set(head)
  bytes.set(payload, head.length)
  return bytes
}
