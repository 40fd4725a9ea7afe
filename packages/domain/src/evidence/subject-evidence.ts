import type { LedgerEvent } from '../ledger/event.ts'
import type { EvidenceRecord } from './evidence.ts'

/** Records kept of one kind and subject; older ones stay in the ledger and are found by their id. */
const RECORDS_MAX = 20

/** Everything that was brought for one commit or image, newest first. */
export interface SubjectEvidence {
  records: EvidenceRecord[]
}

export function foldSubjectEvidence(
  before: SubjectEvidence | undefined,
  event: LedgerEvent,
): SubjectEvidence {
  const records = before?.records ?? []
  if (event.type !== 'evidence.recorded') return { records }
  const { evidence } = event.data
  const same = records.filter(({ kind }) => kind === evidence.kind).slice(0, RECORDS_MAX - 1)
  return { records: [evidence, ...records.filter((one) => one.kind !== evidence.kind || same.includes(one))] }
}

/** Since when this installation knows of findings: what a time of grace is counted from. */
export interface FindingsSeen {
  since: Record<string, string>
}

export function foldFindingsSeen(before: FindingsSeen | undefined, event: LedgerEvent): FindingsSeen {
  const since = before?.since ?? {}
  if (event.type !== 'evidence.recorded') return { since }
  const fresh = event.data.findings.filter((key) => !Object.hasOwn(since, key))
  return fresh.length === 0
    ? { since }
    : { since: { ...since, ...Object.fromEntries(fresh.map((key) => [key, event.at])) } }
}

/** One finding whatever its version: an incomplete bump does not make it a new one. */
export const findingKey = ({ id, package: name }: { id: string; package: string }): string => `${id} ${name}`
