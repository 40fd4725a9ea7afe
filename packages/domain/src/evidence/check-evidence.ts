import type { EvidenceRecord } from './evidence.ts'
import { subjectKey } from './evidence.ts'
import { envelopeSchema, recordIn, signedBytes, statementSchema } from './statement.ts'

/** Cryptography from outside: this room has none. */
export interface EvidenceCrypto {
  /** Hex SHA-256. */
  sha256: (bytes: Uint8Array) => string
  /** Whether the key that is trusted signed exactly these bytes. */
  isSigned: (bytes: Uint8Array, signature: Uint8Array) => boolean
}

export type CheckedEvidence =
  | { ok: true; record: EvidenceRecord; installation: string }
  | { ok: false; problem: string }

/**
 * Holds an envelope and its document against a key: signature, statement, the document's digest and length, and, where
 * a record of the ledger is given, that both say the same. Never throws: what cannot be read is a problem too.
 */
export function checkEvidence(
  given: { envelope: Uint8Array; document: Uint8Array; record?: EvidenceRecord },
  { sha256, isSigned }: EvidenceCrypto,
): CheckedEvidence {
  const envelope = envelopeSchema.safeParse(parsed(given.envelope))
  if (!envelope.success) return wrong('its envelope is no DSSE envelope of one signature')
  const payload = bytesOf(envelope.data.payload)
  const [signature] = envelope.data.signatures
  if (signature === undefined || !isSigned(signedBytes(payload), bytesOf(signature.sig)))
    return wrong('its signature is not by the key of this installation, or the statement was changed')
  const statement = statementSchema.safeParse(parsed(payload))
  if (!statement.success) return wrong('it holds no statement of evidence')
  const record = recordIn(statement.data, sha256(given.envelope))
  if (record.document !== sha256(given.document) || record.bytes !== given.document.length)
    return wrong('its document is not the one that was signed')
  const differing = given.record === undefined ? null : differenceOf(record, given.record)
  if (differing !== null) return wrong(`its ${differing} is not what the ledger says`)
  return { ok: true, record, installation: statement.data.predicate.attester.id.replace(/^towpath:/, '') }
}

const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

const wrong = (problem: string): CheckedEvidence => ({ ok: false, problem })

function differenceOf(signed: EvidenceRecord, told: EvidenceRecord): string | null {
  const keys = ['id', 'kind', 'format', 'document', 'envelope', 'recordedAt', 'recordedBy'] as const
  if (subjectKey(signed.subject) !== subjectKey(told.subject)) return 'subject'
  return keys.find((key) => signed[key] !== told[key]) ?? null
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
}
