import type { EvidenceRecord } from '@towpath/domain/evidence/evidence.ts'
import { aboutImage } from '@towpath/domain/evidence/format/sigstore-bundle.ts'
import type {
  AttestationVerdict,
  CheckedAttestation,
  ProvenanceFacts,
} from '@towpath/domain/evidence/provenance.ts'
import type { EvidenceSeen } from '@towpath/domain/gate/evidence-facts.ts'
import { trustedDocument } from '../evidence/open-evidence.ts'
import type { Installation } from '../installation.ts'

/**
 * Every attestation that was brought for an image, newest first, each verified again now: roots of trust come and go.
 * `commits` are those that the builds of the image name in full.
 */
export async function provenanceSeen(
  installation: Installation,
  records: readonly EvidenceRecord[],
  { image, commits }: { image: string; commits: readonly string[] },
): Promise<EvidenceSeen<ProvenanceFacts>> {
  const [newest] = records
  if (newest === undefined) return { state: 'absent' }
  const attestations: CheckedAttestation[] = []
  for (const record of records) {
    const document = await trustedDocument(installation, record)
    // As with audits: where one was altered, somebody changed what is stored, and nothing beside it is believed.
    if (!document.ok) return { state: 'unreadable', why: `${record.id}: ${document.why}` }
    const verdict = aboutImage(installation.attestations.verify(document.text), image)
    attestations.push({ id: record.id, ...withoutPayload(verdict) })
  }
  const { id, recordedAt } = newest
  return { state: 'present', id, recordedAt, facts: { attestations, commits: [...commits] } }
}

function withoutPayload(verdict: AttestationVerdict) {
  if (verdict.state !== 'verified') return verdict
  const { state, identity, signedAt } = verdict
  return { state, identity, signedAt }
}
