/** What a check can say of a commit or an image. Each kind is one gate's business, or nobody's but the reader's. */
export const evidenceKinds = [
  'audit',
  'scan',
  'sbom',
  'provenance',
  'secrets',
  'pinning',
  'static-analysis',
  'tests',
  'vex',
] as const
export type EvidenceKind = (typeof evidenceKinds)[number]

/** Formats that are read: Towpath's own results, SARIF 2.1.0, CycloneDX, JUnit, OpenVEX and Sigstore bundles. */
export const evidenceFormats = [
  'towpath',
  'sarif',
  'cyclonedx',
  'junit',
  'openvex',
  'sigstore-bundle',
] as const
export type EvidenceFormat = (typeof evidenceFormats)[number]

/** What evidence speaks of: a commit by its full id, or an image by its digest. */
export type EvidenceSubject = { commit: string } | { image: string }

/** One text for a subject, for keys and for people: 40 or 64 hex digits, or `sha256:` and 64. */
export const subjectKey = (subject: EvidenceSubject): string =>
  'commit' in subject ? subject.commit : subject.image

export const isCommitId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)

/** Kinds that speak of what was built; the others speak of what it was built from. */
export const isAboutImage = (kind: EvidenceKind): boolean =>
  kind === 'scan' || kind === 'sbom' || kind === 'provenance'

/** A document that somebody brought, as the ledger keeps it. The signed statement holds the same. */
export interface EvidenceRecord {
  id: string
  kind: EvidenceKind
  format: EvidenceFormat
  subject: EvidenceSubject
  tool: { name: string; version: string }
  /** File name it came under, for people. */
  name: string
  /** Hex SHA-256 of the document, stored as it came. */
  document: string
  bytes: number
  /** Hex SHA-256 of the DSSE envelope around the in-toto statement. */
  envelope: string
  /** One line of what it says. */
  summary: string
  /** RFC 3339, by the server's clock. */
  recordedAt: string
  recordedBy: string
}

/** Largest document that is taken, in bytes. */
export const EVIDENCE_BYTES_MAX = 8 * 1024 * 1024
