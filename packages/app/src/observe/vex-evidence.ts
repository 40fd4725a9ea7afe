import { principalView, subjectEvidenceView } from '@towpath/domain/ledger/views.ts'
import { readEvidence } from '@towpath/domain/evidence/read-document.ts'
import { applyVex } from '@towpath/domain/evidence/vex-waivers.ts'
import type { VexDocument } from '@towpath/domain/evidence/vex-waivers.ts'
import type { AuditFacts } from '@towpath/domain/evidence/facts.ts'
import type { EvidenceSeen, ReleaseEvidence } from '@towpath/domain/gate/evidence-facts.ts'
import { isAllowed } from '@towpath/domain/principal/principal.ts'
import { trustedDocument } from '../evidence/open-evidence.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'

/**
 * Evidence with what OpenVEX documents say of the same commit or image laid over it. Whoever brought one has to be known
 * here still, and allowed to waive in this environment; where one of them does not hold, none lets anything pass.
 */
export async function withVex(
  installation: Installation,
  environment: string,
  evidence: ReleaseEvidence,
): Promise<ReleaseEvidence> {
  const over = async (subject: string | null, seen: EvidenceSeen<AuditFacts>): Promise<typeof seen> => {
    if (subject === null || seen.state !== 'present') return seen
    const documents = await vexDocuments(installation, environment, subject)
    return { ...seen, facts: applyVex(seen.facts, documents, installation.now()) }
  }
  return {
    ...evidence,
    commits: await Promise.all(
      evidence.commits.map(async (one) => ({ ...one, audit: await over(one.commit, one.audit) })),
    ),
    images: await Promise.all(
      evidence.images.map(async (one) => ({ ...one, scan: await over(one.image, one.scan) })),
    ),
  }
}

/** OpenVEX that was brought for a commit or image, and whether who brought it may waive in an environment. */
export async function vexDocuments(
  installation: Installation,
  environment: string,
  subject: string,
): Promise<VexDocument[]> {
  const { records = [] } = (await stateOf(installation.store, subjectEvidenceView, subject)) ?? {}
  const documents: VexDocument[] = []
  for (const record of records.filter(({ kind }) => kind === 'vex')) {
    const document = await trustedDocument(installation, record)
    const read = document.ok ? readEvidence(document.text, 'vex') : null
    // The one that does not hold may have been the one that says it does harm.
    if (read === null || !read.ok || read.kind !== 'vex') return []
    const { id, recordedBy, recordedAt } = record
    const principal = await stateOf(installation.store, principalView, recordedBy)
    const mayWaive =
      principal !== undefined && principal.revokedAt === null && isAllowed(principal, 'waive', environment)
    documents.push({ id, recordedBy, recordedAt, mayWaive, statements: read.facts.statements })
  }
  return documents
}
