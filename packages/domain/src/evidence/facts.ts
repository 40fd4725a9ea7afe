import type { EvidenceKind } from './evidence.ts'
import type { Finding, FindingKind, FindingWaiver } from '../advisory/finding.ts'
import type { KnownLockfiles } from './known-lockfiles.ts'
import type { VexStatement } from './vex-waivers.ts'

/** A finding as a gate weighs it. */
export interface JudgedFinding extends Pick<
  Finding,
  'id' | 'aliases' | 'package' | 'version' | 'severity' | 'fixed' | 'presence' | 'isExploited' | 'file'
> {
  kind: FindingKind
  waiver: JudgedWaiver | null
}

/** The repository's own, or the word of somebody who may waive: `by` is set by whoever weighs, and never read. */
export type JudgedWaiver = Omit<FindingWaiver, 'by'> & { by?: 'baseline' | 'vex' }

/** Something that keeps a result from being a clean one, and what to do about it. */
export interface EvidenceUnknown {
  message: string
  hint: string
}

/** What an audit or an image scan found, and how new the advisories were that it judged by. */
export interface AuditFacts {
  files: readonly string[]
  findings: readonly JudgedFinding[]
  unknowns: readonly EvidenceUnknown[]
  /** RFC 3339; null where the advisories held no record. */
  newestAdvisory: string | null
  /** Lockfiles of the commit, where an audit says which there are; null or absent where it cannot. */
  repository?: KnownLockfiles | null
  /** OpenVEX that would let a finding pass, brought by somebody who may not waive; absent where there is none. */
  unweighed?: readonly { id: string; by: string }[]
}

/** Results of a check that finds or finds nothing: secrets, pins, static analysis. */
export interface ResultFacts {
  /** Results that count: not suppressed, and more than a note. */
  open: number
  suppressed: number
  /** The first few, one line each. Never the secret itself. */
  examples: readonly string[]
  /** Why the results may not be all. */
  unknowns: readonly EvidenceUnknown[]
}

export interface BillFacts {
  components: number
  /** True where the document itself says that it is not all. */
  isIncomplete: boolean
}

/** What an attestation says it is about; who signed it is for the keeper of the roots of trust to say. */
export interface AttestationFacts {
  /** Digests of images, as far as they are told in SHA-256. */
  subjects: readonly string[]
}

export interface TestFacts {
  tests: number
  failures: number
  errors: number
  skipped: number
}

/** What gates read of each kind of evidence: the same function reads it when it comes in and when a gate is asked. */
export interface FactsByKind {
  audit: AuditFacts
  scan: AuditFacts
  secrets: ResultFacts
  pinning: ResultFacts
  'static-analysis': ResultFacts
  sbom: BillFacts
  provenance: AttestationFacts
  tests: TestFacts
  vex: { statements: readonly VexStatement[] }
}

export type EvidenceFacts = { [Kind in EvidenceKind]: { kind: Kind; facts: FactsByKind[Kind] } }[EvidenceKind]

/** The facts of evidence that was read as this kind. */
export function factsOf<Kind extends EvidenceKind>(read: EvidenceFacts, kind: Kind): FactsByKind[Kind] {
  if (read.kind !== kind) throw new Error(`evidence of ${read.kind} was read as ${kind}`)
  return read.facts as FactsByKind[Kind]
}
