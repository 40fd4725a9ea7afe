import type { EvidencePolicy } from '@towpath/domain/evidence/evidence-policy.ts'
import { isCommitId } from '@towpath/domain/evidence/evidence.ts'
import type { EvidenceKind, EvidenceRecord } from '@towpath/domain/evidence/evidence.ts'
import { factsOf } from '@towpath/domain/evidence/facts.ts'
import type { AuditFacts, FactsByKind } from '@towpath/domain/evidence/facts.ts'
import { mergeAudits } from '@towpath/domain/evidence/merge-audits.ts'
import { readEvidence } from '@towpath/domain/evidence/read-document.ts'
import type {
  CommitEvidence,
  EvidenceSeen,
  ImageEvidence,
  ReleaseEvidence,
} from '@towpath/domain/gate/evidence-facts.ts'
import { RECORDS_MAX, findingKey } from '@towpath/domain/evidence/subject-evidence.ts'
import type { SubjectEvidence } from '@towpath/domain/evidence/subject-evidence.ts'
import {
  findingsSeenId,
  findingsSeenView,
  releaseView,
  subjectEvidenceView,
} from '@towpath/domain/ledger/views.ts'
import type { Build } from '@towpath/domain/release/build.ts'
import { trustedDocument } from '../evidence/open-evidence.ts'
import type { Installation } from '../installation.ts'
import { provenanceSeen } from './provenance.ts'
import { stateOf } from '../state-of.ts'

/**
 * What was brought for the commits and images of a release. Each document is held against its signature and its digest
 * again, every time; nothing is read where no gate asks.
 */
export async function releaseEvidence(
  installation: Installation,
  release: string,
  policy: EvidencePolicy,
): Promise<ReleaseEvidence> {
  if (policy.gates.length === 0) return { commits: [], images: [], firstSeen: {} }
  const builds = (await stateOf(installation.store, releaseView, release))?.builds ?? []
  const byCommit = Map.groupBy(builds, ({ commit }) =>
    commit !== null && isCommitId(commit) ? commit : null,
  )
  const byImage = Map.groupBy(builds, ({ digest }) => digest)
  const commits = await Promise.all(
    [...byCommit].map(([commit, own]) => commitEvidence(installation, commit, namesOf(own))),
  )
  const images = await Promise.all(
    [...byImage].map(([image, own]) => imageEvidence(installation, image, own)),
  )
  return { commits, images, firstSeen: await firstSeen(installation, { commits, images }) }
}

const namesOf = (builds: readonly Build[]): string[] => builds.map(({ service }) => service)

async function commitEvidence(
  installation: Installation,
  commit: string | null,
  services: string[],
): Promise<CommitEvidence> {
  const { records, isCut } = commit === null ? nothing : await broughtFor(installation, commit)
  const [audit, pinning, secrets, analysis, tests] = await Promise.all([
    isCut ? tooMany : auditSeen(installation, ofKind(records, 'audit')),
    newestSeen(installation, records, 'pinning'),
    newestSeen(installation, records, 'secrets'),
    newestSeen(installation, records, 'static-analysis'),
    newestSeen(installation, records, 'tests'),
  ])
  return { commit, services, audit, pinning, secrets, 'static-analysis': analysis, tests }
}

async function imageEvidence(
  installation: Installation,
  image: string,
  builds: readonly Build[],
): Promise<ImageEvidence> {
  const { records } = await broughtFor(installation, image)
  const commits = builds.flatMap(({ commit }) => (commit !== null && isCommitId(commit) ? commit : []))
  const [scan, sbom, provenance] = await Promise.all([
    newestSeen(installation, records, 'scan'),
    newestSeen(installation, records, 'sbom'),
    provenanceSeen(installation, ofKind(records, 'provenance'), { image, commits: [...new Set(commits)] }),
  ])
  return { image, services: namesOf(builds), scan, sbom, provenance }
}

const nothing: Pick<SubjectEvidence, 'records' | 'isCut'> = { records: [], isCut: false }

const broughtFor = async ({ store }: Installation, subject: string): Promise<typeof nothing> =>
  (await stateOf(store, subjectEvidenceView, subject)) ?? nothing

/** Nobody can say what the audits held that were left out. */
const tooMany: EvidenceSeen<AuditFacts> = {
  state: 'unreadable',
  why: `more than ${RECORDS_MAX} audits of different files were brought for this commit; audit all of them at once, in a new commit`,
}

const ofKind = (records: readonly EvidenceRecord[], kind: EvidenceKind): EvidenceRecord[] =>
  records.filter((record) => record.kind === kind)

/** The facts of a kind, as its newest document says them. */
async function newestSeen<Kind extends EvidenceKind>(
  installation: Installation,
  records: readonly EvidenceRecord[],
  kind: Kind,
): Promise<EvidenceSeen<FactsByKind[Kind]>> {
  const [newest] = ofKind(records, kind)
  return newest === undefined ? { state: 'absent' } : await seen(installation, newest, kind)
}

async function seen<Kind extends EvidenceKind>(
  installation: Installation,
  record: EvidenceRecord,
  kind: Kind,
): Promise<EvidenceSeen<FactsByKind[Kind]>> {
  const document = await trustedDocument(installation, record)
  if (!document.ok) return { state: 'unreadable', why: `${record.id}: ${document.why}` }
  const read = readEvidence(document.text, kind)
  return read.ok
    ? { state: 'present', id: record.id, recordedAt: record.recordedAt, facts: factsOf(read, kind) }
    : { state: 'unreadable', why: `${record.id}: ${read.problem}` }
}

/** Several audits of one commit, each of its own files, count together; one that does not hold spoils them all. */
async function auditSeen(
  installation: Installation,
  records: readonly EvidenceRecord[],
): Promise<EvidenceSeen<AuditFacts>> {
  const all = await Promise.all(records.map((record) => seen(installation, record, 'audit')))
  const bad = all.find(({ state }) => state === 'unreadable')
  if (bad !== undefined) return bad
  const present = all.filter((one) => one.state === 'present')
  const merged = mergeAudits(present)
  const [newest] = present
  return merged === null || newest === undefined
    ? { state: 'absent' }
    : { state: 'present', id: newest.id, ...merged }
}

/** Since when what was found is known here; only what was found. */
async function firstSeen(
  { store }: Installation,
  { commits, images }: Pick<ReleaseEvidence, 'commits' | 'images'>,
): Promise<Record<string, string>> {
  const audits = [...commits.map(({ audit }) => audit), ...images.map(({ scan }) => scan)]
  const keys = new Set(
    audits.flatMap((one) => (one.state === 'present' ? one.facts.findings.map(findingKey) : [])),
  )
  if (keys.size === 0) return {}
  const since = (await stateOf(store, findingsSeenView, findingsSeenId))?.since ?? {}
  return Object.fromEntries(Object.entries(since).filter(([key]) => keys.has(key)))
}
