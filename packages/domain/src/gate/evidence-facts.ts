import type { ProvenanceFacts } from '../evidence/provenance.ts'
import type { AuditFacts, BillFacts, ResultFacts, TestFacts } from '../evidence/facts.ts'

/** Signed evidence as it was found: checked against its signature, or why there is none that counts. */
export type EvidenceSeen<Facts> =
  | { state: 'present'; id: string; recordedAt: string; facts: Facts }
  | { state: 'absent' }
  /** It is there and its signature or its document does not hold. */
  | { state: 'unreadable'; why: string }

/** What was brought for one commit of the release; `commit` is null where a build does not say what it was made of. */
export interface CommitEvidence {
  commit: string | null
  services: string[]
  audit: EvidenceSeen<AuditFacts>
  pinning: EvidenceSeen<ResultFacts>
  secrets: EvidenceSeen<ResultFacts>
  'static-analysis': EvidenceSeen<ResultFacts>
  tests: EvidenceSeen<TestFacts>
}

/** What was brought for one image of the release, by the digest that is deployed. */
export interface ImageEvidence {
  image: string
  services: string[]
  scan: EvidenceSeen<AuditFacts>
  sbom: EvidenceSeen<BillFacts>
  provenance: EvidenceSeen<ProvenanceFacts>
}

export interface ReleaseEvidence {
  commits: CommitEvidence[]
  images: ImageEvidence[]
  /** `findingKey` -> since when this installation knows of it; RFC 3339. */
  firstSeen: Record<string, string>
}
