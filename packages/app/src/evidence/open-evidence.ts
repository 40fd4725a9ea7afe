import { createHash } from 'node:crypto'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { checkEvidence } from '@towpath/domain/evidence/check-evidence.ts'
import type { EvidenceRecord } from '@towpath/domain/evidence/evidence.ts'
import { evidenceView } from '@towpath/domain/ledger/views.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'

/** Evidence with everything that is needed to check it anywhere. */
export interface StoredEvidence {
  record: EvidenceRecord
  envelope: Uint8Array
  document: Uint8Array
}

/** What the ledger has under an id, with the bytes as they are stored now. Throws EVIDENCE_NOT_FOUND. */
export async function evidenceOf(installation: Installation, id: string): Promise<StoredEvidence> {
  const record = await stateOf(installation.store, evidenceView, id)
  if (record !== undefined) return await storedEvidence(installation, record)
  throw new TowpathError({
    code: 'EVIDENCE_NOT_FOUND',
    kind: 'not-found',
    message: `There is no evidence ${id}.`,
    hint: 'towpath evidence list shows what there is. Nothing was changed.',
  })
}

async function storedEvidence({ store }: Installation, record: EvidenceRecord): Promise<StoredEvidence> {
  const [envelope, document] = await Promise.all([
    store.getBlob(record.envelope),
    store.getBlob(record.document),
  ])
  if (envelope !== undefined && document !== undefined) return { record, envelope, document }
  throw new TowpathError({
    code: 'EVIDENCE_GONE',
    kind: 'failed',
    message: `The ledger knows evidence ${record.id}, and its ${envelope === undefined ? 'envelope' : 'document'} is no longer stored.`,
    hint: 'It was not used. Somebody changed the database by hand: restore it from a backup, or bring the evidence again.',
  })
}

/** The document's text where its signature, its digest and the ledger agree; else why they do not. Never throws. */
export async function trustedDocument(
  installation: Installation,
  record: EvidenceRecord,
): Promise<{ ok: true; text: string } | { ok: false; why: string }> {
  try {
    const { envelope, document } = await storedEvidence(installation, record)
    const checked = checkEvidence(
      { envelope, document, record },
      {
        sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
        isSigned: (bytes, signature) => installation.evidenceKey.isSigned(bytes, signature),
      },
    )
    if (!checked.ok) return { ok: false, why: checked.problem }
    if (checked.installation !== installation.id)
      return { ok: false, why: `it was signed for installation ${checked.installation}` }
    return { ok: true, text: new TextDecoder().decode(document) }
  } catch (thrown) {
    return { ok: false, why: messageOf(thrown) }
  }
}
