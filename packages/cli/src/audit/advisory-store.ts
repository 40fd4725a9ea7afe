import { readFileSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { AdvisorySummary } from '@towpath/domain/advisory/advisory-lines.ts'
import { isMapping } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import { replaceFile } from '../terminal/replace-file.ts'
import { digestOf } from './advisory-digest.ts'
import type { LoadedAdvisories } from './load-advisories.ts'
import type { SyncStates, Synced } from './sync-advisories.ts'

const FORMAT = 1

/** What a store says of itself, without its advisories. */
export interface StoreHead extends AdvisorySummary {
  format: typeof FORMAT
  /** Folder beside this file that holds the data. */
  folder: string
  digest: string
  /** The digest of each ecosystem's lines alone, so that one can be checked without reading the others. */
  digests: Readonly<Record<string, string>>
  unread: number
  /** RFC 3339. */
  importedAt: string
  /** Where it was imported from, as it was given. */
  source: string
  /** What a sync goes on from; absent where the data was imported. */
  sync?: { states: SyncStates }
}

/** What is joined to advisories where it is loaded: CISA's list and FIRST's probabilities, by CVE id. */
export interface Exploitation {
  exploited: readonly string[] | null
  probabilities: Readonly<Record<string, number>> | null
}

const headFile = (store: string): string => join(store, 'current.json')
const fileOf = (ecosystem: string): string => `${encodeURIComponent(ecosystem)}.lines`

/** The head of a store; null where the folder is none. Throws ADVISORY_STORE_DAMAGED where it cannot be understood. */
export function readStoreHead(store: string): StoreHead | null {
  let text: string
  try {
    text = readFileSync(headFile(store), 'utf8')
  } catch {
    return null
  }
  const value = parse(store, text)
  const head = (isMapping(value) ? value : {}) as Partial<StoreHead>
  if (head.format !== FORMAT)
    throw damaged(store, `it has the format ${JSON.stringify(head.format)}; ${FORMAT} is known`)
  if (!isHead(head)) throw damaged(store, 'what it says of itself is not whole')
  // Stores that were written before these were told have none.
  return { ...head, partial: head.partial ?? [], digests: head.digests ?? {} } as StoreHead
}

const isHead = ({ folder, digest, newest, ecosystems }: Partial<StoreHead>): boolean =>
  typeof folder === 'string' &&
  !/[\\/]|^\./.test(folder) &&
  typeof digest === 'string' &&
  (newest === null || typeof newest === 'string') &&
  isMapping(ecosystems)

/** Lines of one ecosystem; none where the store does not cover it. */
export function readStoreLines(store: string, head: StoreHead, ecosystem: string): string[] {
  if (!Object.hasOwn(head.ecosystems, ecosystem)) return []
  const text = readPart(store, head, fileOf(ecosystem))
  const lines = text.split('\n').filter((line) => line !== '')
  if (lines.length !== head.ecosystems[ecosystem])
    throw damaged(
      store,
      `${fileOf(ecosystem)} holds ${lines.length} lines, not ${head.ecosystems[ecosystem]}`,
    )
  const isAlone = Object.keys(head.ecosystems).length === 1
  const expected = head.digests[ecosystem] ?? (isAlone ? head.digest : null)
  if (expected !== null && digestOf(new Map([[ecosystem, lines]])) !== expected)
    throw damaged(store, `${fileOf(ecosystem)} is not what was written`)
  return lines
}

/** Scores by vector, computed when the store was made. */
export const readStoreScores = (store: string, head: StoreHead): ReadonlyMap<string, number> =>
  new Map(Object.entries(parse(store, readPart(store, head, 'scores')) as Record<string, number>))

export const readStoreExploitation = (store: string, head: StoreHead): Exploitation =>
  parse(store, readPart(store, head, 'exploitation')) as Exploitation

function readPart(store: string, { folder }: StoreHead, file: string): string {
  try {
    return readFileSync(join(store, folder, file), 'utf8')
  } catch (thrown) {
    throw damaged(store, messageOf(thrown))
  }
}

function parse(store: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    throw damaged(store, messageOf(thrown))
  }
}

const damaged = (store: string, why: string): TowpathError =>
  new TowpathError({
    code: 'ADVISORY_STORE_DAMAGED',
    kind: 'failed',
    message: `The advisories in ${store} cannot be used: ${why}.`,
    hint: 'Nothing was judged. Import them again: towpath advisories import ARCHIVE',
  })

/** Writes a store beside the one in use, then swaps: a reader sees the old data or the new, whole. */
export async function writeStore(
  store: string,
  loaded: LoadedAdvisories,
  about: {
    importedAt: string
    source: string
    scores: ReadonlyMap<string, number>
    exploitation: Exploitation
    /** Records as they came, to be kept with the data, and what a sync goes on from. */
    synced?: Pick<Synced, 'draft' | 'states'>
  },
): Promise<StoreHead> {
  const { digest, count, withdrawn, newest, ecosystems, partial, unread } = loaded
  await mkdir(store, { recursive: true })
  const folder = freeName(
    await readdir(store),
    `data-${digest.slice('sha256:'.length, 'sha256:'.length + 16)}`,
  )
  const { importedAt, source } = about
  const head: StoreHead = {
    format: FORMAT,
    folder,
    digest,
    count,
    withdrawn,
    newest,
    ecosystems,
    partial,
    digests: Object.fromEntries([...loaded.lines].map((own) => [own[0], digestOf(new Map([own]))])),
    unread,
    importedAt,
    source,
    ...(about.synced === undefined ? {} : { sync: { states: about.synced.states } }),
  }
  const place = join(store, folder)
  await mkdir(place)
  for (const [ecosystem, lines] of loaded.lines)
    await writeFile(join(place, fileOf(ecosystem)), `${lines.join('\n')}\n`)
  await writeFile(join(place, 'scores'), JSON.stringify(Object.fromEntries(about.scores)))
  await writeFile(join(place, 'exploitation'), JSON.stringify(about.exploitation))
  if (about.synced !== undefined) await rename(about.synced.draft, join(place, 'records'))
  await writeHead(store, head)
  await removeOthers(store, folder)
  return head
}

/** Puts what a store says of itself in place of what it said before; its data stays as it is. */
export const writeHead = (store: string, head: StoreHead): Promise<void> =>
  replaceFile(headFile(store), `${JSON.stringify(head, null, 2)}\n`)

/** The same data may be there already and be read right now: it is never written over. */
function freeName(taken: readonly string[], wanted: string): string {
  let name = wanted
  for (let next = 2; taken.includes(name); next += 1) name = `${wanted}-${next}`
  return name
}

async function removeOthers(store: string, folder: string): Promise<void> {
  const entries = await readdir(store)
  const old = entries.filter((entry) => entry.startsWith('data-') && entry !== folder)
  await Promise.all(old.map((entry) => rm(join(store, entry), { recursive: true, force: true })))
}

/** The text of a file that a person named; says which file where it cannot be read. */
export async function readNamedFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (thrown) {
    throw new TowpathError({
      code: 'FILE_UNREADABLE',
      kind: 'usage',
      message: `${path} cannot be read: ${messageOf(thrown)}.`,
      hint: 'Nothing was changed. Give a file that is there.',
    })
  }
}
