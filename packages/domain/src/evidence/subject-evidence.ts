import type { LedgerEvent } from '../ledger/event.ts'
import type { EvidenceRecord } from './evidence.ts'

/** Records kept of one kind and subject; older ones stay in the ledger and are found by their id. */
export const RECORDS_MAX = 20

/** Everything that was brought for one commit or image and still counts, newest first. */
export interface SubjectEvidence {
  records: EvidenceRecord[]
  /** Files that each audit looked at, by its id. */
  files: Record<string, readonly string[]>
  /** True once an audit had to be left out that looked at files which none of those kept did. */
  isCut: boolean
}

const nothing: SubjectEvidence = { records: [], files: {}, isCut: false }

/**
 * An audit stays while it is the newest that looked at one of its files: however many come after it, none of other files
 * pushes it out unseen. Of every other kind the newest count.
 */
export function foldSubjectEvidence(
  before: SubjectEvidence | undefined,
  event: LedgerEvent,
): SubjectEvidence {
  const state = before ?? nothing
  if (event.type !== 'evidence.recorded') return state
  const { evidence, files: looked } = event.data
  const files = { ...state.files, [evidence.id]: looked }
  const same = [evidence, ...state.records.filter(({ kind }) => kind === evidence.kind)]
  const counting = evidence.kind === 'audit' ? newestOfEachFile(same, files) : same
  const kept = counting.slice(0, RECORDS_MAX)
  const others = state.records.filter(({ kind }) => kind !== evidence.kind)
  const ids = new Set([...kept, ...others].map(({ id }) => id))
  return {
    records: [evidence, ...state.records].filter(({ id }) => ids.has(id)),
    files: Object.fromEntries(Object.entries(files).filter(([id]) => ids.has(id))),
    isCut: state.isCut || (evidence.kind === 'audit' && counting.length > RECORDS_MAX),
  }
}

function newestOfEachFile(
  audits: readonly EvidenceRecord[],
  files: Readonly<Record<string, readonly string[]>>,
): EvidenceRecord[] {
  const seen = new Set<string>()
  return audits.filter(({ id }, at) => {
    const own = (files[id] ?? []).filter((file) => !seen.has(file))
    for (const file of own) seen.add(file)
    return at === 0 || own.length > 0
  })
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
