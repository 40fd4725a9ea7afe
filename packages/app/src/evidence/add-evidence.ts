import { createHash } from 'node:crypto'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { EVIDENCE_BYTES_MAX, isAboutImage, subjectKey } from '@towpath/domain/evidence/evidence.ts'
import type { EvidenceKind, EvidenceRecord, EvidenceSubject } from '@towpath/domain/evidence/evidence.ts'
import { aboutImage } from '@towpath/domain/evidence/format/sigstore-bundle.ts'
import { readEvidence } from '@towpath/domain/evidence/read-document.ts'
import type { ReadEvidence } from '@towpath/domain/evidence/read-document.ts'
import { signedBytes, statementOf, statementType } from '@towpath/domain/evidence/statement.ts'
import { findingKey } from '@towpath/domain/evidence/subject-evidence.ts'
import { subjectEvidenceView } from '@towpath/domain/ledger/views.ts'
import { isAllowedAnywhere } from '@towpath/domain/principal/principal.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { stateOf } from '../state-of.ts'

export interface AddEvidenceInput {
  document: Uint8Array
  /** File name it came under. */
  name: string
  subject: EvidenceSubject
  /** What the bringer says it is; null leaves it to the content. */
  kind: EvidenceKind | null
}

/** Findings of one document whose first sight is kept; grace is not given to more. */
const FINDINGS_SEEN_MAX = 5_000

/**
 * Takes a document, signs what it is about and who brought it, and keeps both: the document as it came, the statement
 * in a DSSE envelope, and one event. The same document for the same subject is taken once.
 */
export async function addEvidence(
  installation: Installation,
  caller: Caller,
  input: AddEvidenceInput,
): Promise<EvidenceRecord> {
  requirePermission(caller, 'add-evidence', null)
  const read = understood(input)
  refuseWrongSubject(read.kind, input)
  if (read.kind === 'provenance') refuseFalseAttestation(installation, input)
  const document = createHash('sha256').update(input.document).digest('hex')
  const record = await installation.store.transact(async (tx) => {
    const known = (await stateOf(tx, subjectEvidenceView, subjectKey(input.subject)))?.records ?? []
    const same = known.find((one) => one.document === document && one.kind === read.kind)
    if (same !== undefined) return same
    const bare = {
      id: installation.newId('ev'),
      kind: read.kind,
      format: read.format,
      subject: input.subject,
      tool: read.tool,
      name: input.name,
      document,
      bytes: input.document.length,
      summary: summaryFor(read, caller),
      recordedAt: installation.now(),
      recordedBy: caller.principal.name,
    }
    await tx.putBlob(input.document)
    const evidence = { ...bare, envelope: await tx.putBlob(envelopeOf(installation, bare)) }
    await tx.append({
      type: 'evidence.recorded',
      actor: caller.principal.name,
      idem: `evidence/${subjectKey(input.subject)}/${read.kind}/${document}`,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { evidence, findings: keysOf(read), files: read.kind === 'audit' ? [...read.facts.files] : [] },
    })
    return evidence
  })
  installation.wake.ring()
  return record
}

/** OpenVEX lets findings pass only where its bringer may waive; that it does not is said at once. */
const summaryFor = ({ kind, summary }: ReadEvidence, { principal }: Caller): string =>
  kind === 'vex' && !isAllowedAnywhere(principal, 'waive')
    ? `${summary}; lets nothing pass, for ${principal.name} may not waive`
    : summary

function envelopeOf({ id, evidenceKey }: Installation, record: Omit<EvidenceRecord, 'envelope'>): Uint8Array {
  const payload = Buffer.from(JSON.stringify(statementOf(record, id)))
  const sig = Buffer.from(evidenceKey.sign(signedBytes(payload))).toString('base64')
  return Buffer.from(
    JSON.stringify({
      payloadType: statementType,
      payload: payload.toString('base64'),
      signatures: [{ keyid: evidenceKey.keyId, sig }],
    }),
  )
}

function understood({ document, kind, name }: AddEvidenceInput): ReadEvidence {
  const read =
    document.length > EVIDENCE_BYTES_MAX
      ? {
          ok: false as const,
          problem: `it has ${document.length} bytes; at most ${EVIDENCE_BYTES_MAX} are taken`,
        }
      : readEvidence(textOf(document) ?? '', kind)
  if (read.ok) return read
  throw new TowpathError({
    code: 'EVIDENCE_NOT_UNDERSTOOD',
    kind: 'usage',
    message: `${name} does not count as evidence: ${read.problem}.`,
    hint: 'Nothing was recorded. Bring what towpath audit, scan, pinning or secrets scan print with --json, SARIF 2.1.0, CycloneDX, JUnit, OpenVEX, or a Sigstore bundle.',
  })
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

const aboutCommits: readonly EvidenceKind[] = ['audit', 'pinning', 'secrets']

function refuseWrongSubject(kind: EvidenceKind, { subject, name }: AddEvidenceInput): void {
  const isImage = 'image' in subject
  const wrong = isImage ? aboutCommits.includes(kind) : isAboutImage(kind)
  if (!wrong) return
  throw new TowpathError({
    code: 'EVIDENCE_SUBJECT_WRONG',
    kind: 'usage',
    message: `${name} is ${kind}, which speaks of ${isImage ? 'a commit' : 'an image'} and not of ${subjectKey(subject)}.`,
    hint: `Nothing was recorded. Say what it is about: ${isImage ? '--commit COMMIT' : '--image DIGEST'}`,
  })
}

/** One that no root here knows is taken: the gate tells what is missing. One that does not hold never will. */
function refuseFalseAttestation(
  { attestations }: Installation,
  { document, subject, name }: AddEvidenceInput,
): void {
  const verdict = attestations.verify(textOf(document) ?? '')
  const about = 'image' in subject ? aboutImage(verdict, subject.image) : verdict
  if (about.state !== 'refused') return
  throw new TowpathError({
    code: 'ATTESTATION_DOES_NOT_HOLD',
    kind: 'usage',
    message: `The attestation ${name} does not hold: ${about.why}.`,
    hint: 'Nothing was recorded. Fetch it again from where it was signed, and bring it for the image that it is about: gh attestation download oci://IMAGE -R OWNER/NAME',
  })
}

/** Keys of findings that could ever be given time: what nobody knows the first sight of gets none. */
const keysOf = (read: ReadEvidence): string[] =>
  read.kind === 'audit' || read.kind === 'scan'
    ? [...new Set(read.facts.findings.filter(({ kind }) => kind === 'vulnerability').map(findingKey))].slice(
        0,
        FINDINGS_SEEN_MAX,
      )
    : []
