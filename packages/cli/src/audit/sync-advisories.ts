import { constants, createWriteStream } from 'node:fs'
import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { newestOf, planSync, readModifiedList } from '@towpath/domain/advisory/plan-sync.ts'
import type { ModifiedRow, SyncState } from '@towpath/domain/advisory/plan-sync.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { versionOrderOf } from '@towpath/domain/advisory/version-order-of.ts'
import { ecosystems as languages } from '@towpath/domain/inventory/component.ts'
import { fieldsOf, textOf as textIn } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import type { StoreHead } from './advisory-store.ts'
import type { Mirror } from './mirror.ts'

const MEGABYTE = 1024 * 1024
const bounds = { names: MEGABYTE, list: 256 * MEGABYTE, record: 16 * MEGABYTE, archive: 4096 * MEGABYTE }

/** Records that are fetched at the same time. */
const AT_ONCE = 8

/** Drafts that a sync left behind which was killed; a running one takes far less time. */
const DRAFT_AGE_MS = 24 * 3_600_000

/** What a sync knows of each ecosystem, beside the data that it belongs to. */
export type SyncStates = Readonly<Record<string, SyncState>>

export interface Synced {
  /** Folder with the records of all ecosystems as they came. */
  draft: string
  states: SyncStates
  /** Records or archives that were fetched, by ecosystem. */
  fetched: Readonly<Record<string, string>>
}

export interface SyncRequest {
  store: string
  head: StoreHead | null
  mirror: Mirror
  ecosystems: readonly string[]
  now: Date
}

/** Names of ecosystems that a mirror has and whose versions are ordered here. */
export async function ecosystemsOf(mirror: Mirror): Promise<string[]> {
  const names = (await textOf(mirror.read(['ecosystems.txt'], bounds.names)))
    .split('\n')
    .map((name) => name.trim())
  const systems = (name: string): boolean => versionOrderOf(`${name}:1`) !== null
  return names.filter(
    (name) => languages.some((own) => own === name) || (/^[A-Z][\w ]*$/.test(name) && systems(name)),
  )
}

/**
 * Fetches what changed since the last sync into a draft beside the data in use, which is not touched. Throws
 * ADVISORIES_MIRROR_FAILED, and ADVISORIES_SYNC_REFUSED where a mirror is older, cut, or says something else than its list.
 */
export async function fetchAdvisories(request: SyncRequest): Promise<Synced> {
  const { store, head, ecosystems } = request
  await mkdir(store, { recursive: true })
  await removeOldDrafts(store, request.now)
  const draft = join(store, `draft-${crypto.randomUUID()}`)
  await mkdir(draft)
  try {
    const states: Record<string, SyncState> = {}
    const fetched: Record<string, string> = {}
    for (const ecosystem of ecosystems) {
      const place = join(draft, encodeURIComponent(ecosystem))
      const rows = await listOf(request.mirror, ecosystem)
      const before = head?.sync?.states[ecosystem] ?? null
      const old = head === null ? '' : join(store, head.folder, 'records', encodeURIComponent(ecosystem))
      fetched[ecosystem] = await fetchEcosystem(request.mirror, { ecosystem, rows, before, place, old })
      states[ecosystem] = { newest: newestOf(rows) ?? '', rows: rows.length }
    }
    return { draft, states, fetched }
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true })
    throw thrown
  }
}

interface EcosystemFetch {
  ecosystem: string
  rows: readonly ModifiedRow[]
  before: SyncState | null
  /** Where its records go, and where those of the last sync are. */
  place: string
  old: string
}

async function fetchEcosystem(mirror: Mirror, given: EcosystemFetch): Promise<string> {
  const { ecosystem, rows, before, place, old } = given
  const plan = planSync(rows, before)
  if (plan.do === 'refuse') throw refused(mirror, ecosystem, plan.why)
  if (plan.do === 'all') {
    await mkdir(place)
    const archive = createWriteStream(join(place, 'all.zip'))
    await pipeline(mirror.read([ecosystem, 'all.zip'], bounds.archive), archive)
    const missing = await missingIn(place, rows)
    if (missing.length > rows.length / 10)
      throw refused(
        mirror,
        ecosystem,
        `its archive lacks ${missing.length} of the ${rows.length} records that it lists`,
      )
    await fetchRecords(mirror, given, missing)
    return 'all'
  }
  // A clone where the file system knows clones: an archive of npm is large.
  await cp(old, place, { recursive: true, mode: constants.COPYFILE_FICLONE })
  const ids = plan.do === 'nothing' ? [] : plan.ids
  await fetchRecords(mirror, given, ids)
  return String(ids.length)
}

/** Ids of a list that an archive has not, or has as they were before. */
async function missingIn(place: string, rows: readonly ModifiedRow[]): Promise<string[]> {
  const { readRecordTexts } = await import('./advisory-files.ts')
  const held = new Map<string, number>()
  await readRecordTexts(join(place, 'all.zip'), (given) => {
    const record = 'text' in given ? fieldsOf(parsed(given.text)) : fieldsOf(null)
    held.set(textIn(record.get('id')) ?? '', Date.parse(textIn(record.get('modified')) ?? ''))
  })
  return rows
    .filter(({ id, modified }) => !((held.get(id) ?? NaN) >= Date.parse(modified)))
    .map(({ id }) => id)
}

async function fetchRecords(
  mirror: Mirror,
  { ecosystem, rows, place }: EcosystemFetch,
  ids: readonly string[],
): Promise<void> {
  const modified = new Map(rows.map((row) => [row.id, row.modified]))
  const left = [...ids]
  const next = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const text = await textOf(mirror.read([ecosystem, `${id}.json`], bounds.record))
      const record = fieldsOf(parsed(text))
      const at = Date.parse(textIn(record.get('modified')) ?? '')
      if (record.get('id') !== id || !(at >= Date.parse(modified.get(id) ?? '')))
        throw refused(mirror, ecosystem, `its record ${id} is not the one that it lists`)
      await writeFile(join(place, `${encodeURIComponent(id)}.json`), text)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, next))
}

async function listOf(mirror: Mirror, ecosystem: string): Promise<readonly ModifiedRow[]> {
  const read = readModifiedList(await textOf(mirror.read([ecosystem, 'modified_id.csv'], bounds.list)))
  if ('line' in read) throw refused(mirror, ecosystem, `line ${read.line} of its modified_id.csv is none`)
  return read
}

async function removeOldDrafts(store: string, now: Date): Promise<void> {
  for (const name of await readdir(store)) {
    const place = join(store, name)
    const isOld = name.startsWith('draft-') && now.getTime() - (await stat(place)).mtimeMs > DRAFT_AGE_MS
    if (isOld) await rm(place, { recursive: true, force: true })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const refused = (mirror: Mirror, ecosystem: string, why: string): TowpathError =>
  new TowpathError({
    code: 'ADVISORIES_SYNC_REFUSED',
    kind: 'failed',
    message: `${mirror.name} cannot be followed for ${ecosystem}: ${why}.`,
    hint: 'The advisories before stay in use, whole. Try again later, or name another mirror with --mirror; to begin anew from it, --again.',
  })
