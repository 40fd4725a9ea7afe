import type { FindingWaiverRule } from '@towpath/domain/advisory/waiver.ts'
import { vexStatuses } from '@towpath/domain/advisory/waiver.ts'
import { isCommitId, subjectKey } from '@towpath/domain/evidence/evidence.ts'
import type { EvidenceRecord } from '@towpath/domain/evidence/evidence.ts'
import { readEvidence } from '@towpath/domain/evidence/read-document.ts'
import type { Inventory } from '@towpath/domain/inventory/component.ts'
import { withPresence } from '@towpath/domain/inventory/presence.ts'
import { subjectEvidenceView } from '@towpath/domain/ledger/views.ts'
import type { InventoryPart, ReleaseInventory } from '@towpath/domain/live-findings/live-finding.ts'
import { readInventory } from '@towpath/domain/live-findings/read-inventory.ts'
import type { Build } from '@towpath/domain/release/build.ts'
import type { Release } from '@towpath/domain/release/release.ts'
import { trustedDocument } from '../evidence/open-evidence.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'

/** What a release is made of, and what came with it that lets findings pass. */
export interface InventoryOfRelease {
  inventory: ReleaseInventory
  /** Waivers of the repository, as the results that were brought have them. */
  waivers: readonly FindingWaiverRule[]
}

/**
 * Reads what a release is made of out of the evidence that was brought for its images (the newest scan, else bill) and
 * commits (of each lockfile the newest audit). An image of which nobody brought anything is unknown, whatever is known
 * of its commit.
 */
export async function releaseInventory(
  installation: Installation,
  release: Pick<Release, 'builds'>,
): Promise<InventoryOfRelease> {
  const records: EvidenceRecord[] = []
  for (const image of new Set(release.builds.map(({ digest }) => digest))) {
    const known = await recordsOf(installation, image)
    records.push(
      ...[
        known.find(({ kind }) => kind === 'scan') ?? known.find(({ kind }) => kind === 'sbom') ?? [],
      ].flat(),
    )
  }
  for (const commit of new Set(release.builds.map(({ commit: id }) => id ?? '')))
    if (isCommitId(commit)) records.push(...(await newestAudits(installation, commit)))
  return await inventoryOfEvidence(installation, release, records)
}

/** The same out of evidence that is named, as a former look had it. */
export async function inventoryOfEvidence(
  installation: Installation,
  { builds }: Pick<Release, 'builds'>,
  records: readonly EvidenceRecord[],
): Promise<InventoryOfRelease> {
  const all: Brought[] = []
  for (const record of records) {
    const { subject } = record
    const where = 'image' in subject ? 'image' : 'lockfile'
    const own = builds.filter(({ digest, commit }) =>
      'image' in subject ? digest === subject.image : commit === subject.commit,
    )
    const services = own.map(({ service }) => service)
    all.push({ ...(await readRecord(installation, record)), services, where, evidence: record.id })
  }
  const told = new Set(records.map(({ subject }) => subjectKey(subject)))
  const unknowns = [...Map.groupBy(builds, ({ digest }) => digest)].flatMap(([image, own]) =>
    told.has(image) ? [] : [missingImage(image, own)],
  )
  return {
    inventory: assembled(installation, all, unknowns),
    waivers: all.flatMap(({ waivers }) => waivers),
  }
}

interface Brought {
  services: string[]
  where: InventoryPart['where']
  evidence: string
  inventories: readonly Inventory[]
  waivers: readonly FindingWaiverRule[]
  unknown: string | null
}

function assembled(
  { sha256 }: Installation,
  brought: readonly Brought[],
  unknowns: readonly string[],
): ReleaseInventory {
  const shipped = brought.filter(({ where }) => where === 'image').map(({ inventories }) => inventories)
  const parts = brought.map(({ services, where, inventories }): InventoryPart => ({
    services,
    where,
    inventories: where === 'image' ? inventories : withPresence(inventories, shipped),
  }))
  const why = [...unknowns, ...brought.flatMap(({ unknown }) => unknown ?? [])]
  const evidence = brought.map((one) => one.evidence)
  return { digest: sha256(JSON.stringify([parts, why])), evidence, parts, unknowns: why }
}

const missingImage = (image: string, builds: readonly Build[]): string =>
  `what the image of ${builds.map(({ service }) => service).join(', ')} ships: towpath scan IMAGE --json > scan.json; towpath evidence add scan.json --image ${image}`

async function recordsOf({ store }: Installation, subject: string): Promise<EvidenceRecord[]> {
  return (await stateOf(store, subjectEvidenceView, subject))?.records ?? []
}

/** Newest first; those of which a newer one looked at every file again are left out. */
async function newestAudits({ store }: Installation, commit: string): Promise<EvidenceRecord[]> {
  const { records = [], files = {} } = (await stateOf(store, subjectEvidenceView, commit)) ?? {}
  const seen = new Set<string>()
  return records
    .filter(({ kind }) => kind === 'audit')
    .filter(({ id }) => {
      const fresh = (files[id] ?? []).filter((file) => !seen.has(file))
      for (const file of fresh) seen.add(file)
      return fresh.length > 0
    })
}

type Read = Pick<Brought, 'inventories' | 'waivers' | 'unknown'>

/** Evidence read lately: it never changes, and every look at the same release asks for it again. */
const readKeptMax = 64
const keptReads = new WeakMap<Installation, Map<string, Read>>()

async function readRecord(installation: Installation, record: EvidenceRecord): Promise<Read> {
  const kept = keptReads.get(installation) ?? new Map<string, Read>()
  keptReads.set(installation, kept)
  const known = kept.get(record.id)
  if (known !== undefined) return known
  const read = await readAnew(installation, record)
  // What does not hold today may hold tomorrow, once the database is mended.
  if (read.unknown === null) kept.set(record.id, read)
  const oldest = kept.keys().next().value
  if (kept.size > readKeptMax && oldest !== undefined) kept.delete(oldest)
  return read
}

async function readAnew(installation: Installation, record: EvidenceRecord): Promise<Read> {
  const document = await trustedDocument(installation, record)
  if (!document.ok) return unreadable(record, document.why)
  const read = readInventory(record.kind, document.text)
  if (!read.ok) return unreadable(record, read.why)
  return { inventories: read.inventories, waivers: waiversIn(document.text), unknown: null }
}

const unreadable = ({ id, kind }: EvidenceRecord, why: string): Read => ({
  ...{ inventories: [], waivers: [] },
  unknown: `what ${kind} ${id} is about: ${why}`,
})

/** A waiver that a result names holds for its finding, as it held when the result was made. */
function waiversIn(text: string): FindingWaiverRule[] {
  const read = readEvidence(text)
  if (!read.ok || (read.kind !== 'audit' && read.kind !== 'scan')) return []
  return read.facts.findings.flatMap(({ id, package: name, file, waiver }) => {
    const status = vexStatuses.find((one) => one === waiver?.status)
    if (waiver === null || status === undefined) return []
    const { owner, reason, expires } = waiver
    return [{ advisory: id, package: name, file, owner, reason, expires, status, line: 0 }]
  })
}
