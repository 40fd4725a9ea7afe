import type { EvidenceSeen, ReleaseEvidence } from '../../gate/evidence-facts.ts'
import type { EvidencePolicy } from '../evidence-policy.ts'
import { evidenceGates, noEvidencePolicy } from '../evidence-policy.ts'
import type { ProvenanceDemand } from '../provenance-demand.ts'
import type { BuildIdentity, CheckedAttestation } from '../provenance.ts'
import type { AuditFacts, JudgedFinding } from '../facts.ts'

export const someCommit = 'c'.repeat(40)
export const someImage = `sha256:${'a'.repeat(64)}`

/** A finding that counts under every policy of these tests. */
export const someFinding = (given: Partial<JudgedFinding> = {}): JudgedFinding => ({
  id: 'GHSA-aaaa-bbbb-cccc',
  aliases: [],
  package: 'left',
  version: '1.0.0',
  kind: 'vulnerability',
  severity: 'high',
  fixed: '1.0.1',
  presence: 'unknown',
  isExploited: false,
  file: 'package-lock.json',
  waiver: null,
  ...given,
})

export const someAudit = (now: string, given: Partial<AuditFacts> = {}): AuditFacts => ({
  files: ['package-lock.json'],
  findings: [],
  unknowns: [],
  newestAdvisory: now,
  ...given,
})

export const present = <Facts>(facts: Facts, recordedAt: string): EvidenceSeen<Facts> => ({
  state: 'present',
  id: 'ev_1',
  recordedAt,
  facts,
})

/** Evidence of everything, all of it good. */
export function goodEvidence(now: string): ReleaseEvidence {
  const nothing = present({ open: 0, suppressed: 0, examples: [], unknowns: [] }, now)
  return {
    commits: [
      {
        commit: someCommit,
        services: ['backend'],
        audit: present(someAudit(now), now),
        pinning: nothing,
        secrets: nothing,
        'static-analysis': nothing,
        tests: present({ tests: 3, failures: 0, errors: 0, skipped: 1 }, now),
      },
    ],
    images: [
      {
        image: someImage,
        services: ['backend'],
        scan: present(someAudit(now, { files: ['image.tar'] }), now),
        sbom: present({ components: 12, isIncomplete: false }, now),
        provenance: present({ attestations: [someAttestation(now)], commits: [someCommit] }, now),
      },
    ],
    firstSeen: {},
  }
}

export const somePlace: ProvenanceDemand = {
  repositories: ['acme/shop'],
  workflows: ['.github/workflows/build.yml'],
  refs: ['refs/heads/main'],
  issuers: ['https://token.actions.githubusercontent.com'],
  maxAgeMs: null,
}

export const someIdentity: BuildIdentity = {
  signer: 'https://github.com/acme/shop/.github/workflows/build.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
  repository: 'https://github.com/acme/shop',
  ref: 'refs/heads/main',
  commit: someCommit,
  runner: 'github-hosted',
}

export const someAttestation = (signedAt: string): CheckedAttestation => ({
  id: 'ev_1',
  state: 'verified',
  identity: someIdentity,
  signedAt,
})

/** Every gate on. */
export const everyGate: EvidencePolicy = {
  ...noEvidencePolicy,
  gates: [...evidenceGates],
  provenance: somePlace,
}
