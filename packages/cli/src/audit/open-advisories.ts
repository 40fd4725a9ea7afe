import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { indexLines } from '@towpath/domain/advisory/advisory-lines.ts'
import type { AdvisoryIndex } from '@towpath/domain/advisory/advisory-lines.ts'
import type { MatchFacts } from '@towpath/domain/advisory/match-inventory.ts'
import { userFolder } from '../connection/find-server.ts'
import type { Shell } from '../terminal/shell.ts'
import type { KeptAdvisories } from './archive-cache.ts'
import { readStoreExploitation, readStoreHead, readStoreLines, readStoreScores } from './advisory-store.ts'
import type { StoreHead } from './advisory-store.ts'

/** Advisories as an audit uses them. */
export interface OpenAdvisories {
  digest: string
  newest: string | null
  count: number
  unread: number
  /** Advisories by ecosystem; what is not here is not covered. */
  ecosystems: Readonly<Record<string, number>>
  /** Those of them of which only a part is here, so they are not covered. */
  partial: readonly string[]
  /** Where they come from, for a person. */
  from: string
  /** When they were last held against their mirror, and which that was; null where no sync brought them. */
  synced: { at: string; mirror: string } | null
  index: (ecosystem: string) => AdvisoryIndex
  facts: Omit<MatchFacts, 'isInRange'>
}

/** Where `advisories import` puts them unless told otherwise. */
export const storeFolder = ({ env }: Pick<Shell, 'env'>): string => join(userFolder(env), 'advisories')

/** The snapshot that came with Towpath: beside the source, or beside the bundle. It covers crates.io and nothing else. */
export function snapshotFolder(): string | null {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const place = join(folder, 'advisories')
    if (existsSync(join(place, 'current.json'))) return place
    if (existsSync(join(folder, 'package.json'))) return null
  }
  return null
}

/**
 * What is given, else what was imported, else the snapshot that came with Towpath; null where there is none of these.
 * A store is opened without reading more of it than an audit asks for; raw records are read whole,
 * an archive of them once as long as what was read of it is kept.
 */
export async function openAdvisories(
  shell: Shell,
  given: string | undefined,
): Promise<OpenAdvisories | null> {
  if (given !== undefined) {
    const place = resolve(shell.folder, given)
    const head = readStoreHead(place)
    return head === null ? openRaw(shell, place, given) : openStore(place, head, given)
  }
  const imported = storeFolder(shell)
  const head = readStoreHead(imported)
  if (head !== null) return openStore(imported, head, imported)
  const snapshot = snapshotFolder()
  const shipped = snapshot === null ? null : readStoreHead(snapshot)
  return snapshot === null || shipped === null
    ? null
    : openStore(snapshot, shipped, 'the snapshot that came with Towpath')
}

function openStore(store: string, head: StoreHead, from: string): OpenAdvisories {
  const scores = readStoreScores(store, head)
  const { exploited, probabilities } = readStoreExploitation(store, head)
  const { digest, newest, count, unread, ecosystems, partial } = head
  return {
    digest,
    newest,
    count,
    unread,
    ecosystems,
    partial,
    from,
    synced: head.sync === undefined ? null : { at: head.importedAt, mirror: head.source },
    index: (ecosystem) => indexLines(ecosystem, readStoreLines(store, head, ecosystem)),
    facts: {
      score: (vector) => scores.get(vector) ?? null,
      exploited: exploited === null ? null : new Set(exploited),
      probabilities: probabilities === null ? null : new Map(Object.entries(probabilities)),
    },
  }
}

async function openRaw(shell: Shell, path: string, from: string): Promise<OpenAdvisories> {
  const { isArchive } = await import('./archive-cache.ts')
  return isArchive(path) ? openArchive(shell, path, from) : openRecords(path, from)
}

/** A folder, or one record: small, or changed too often to be worth keeping. */
async function openRecords(path: string, from: string): Promise<OpenAdvisories> {
  const { loadAdvisories } = await import('./load-advisories.ts')
  const { scoreOf } = await import('@towpath/domain/advisory/cvss-score.ts')
  return opened(await loadAdvisories(path), from, scoreOf)
}

async function openArchive(shell: Shell, path: string, from: string): Promise<OpenAdvisories> {
  const { ArchiveCache, fileDigest } = await import('./archive-cache.ts')
  const cache = new ArchiveCache(shell)
  const archive = fileDigest(path)
  const known = archive === null ? null : cache.read(archive)
  const kept = known ?? (await readArchive(path))
  // An archive that was replaced while it was read is kept under neither name.
  if (known === null && archive !== null && fileDigest(path) === archive) cache.keep(archive, kept)
  return opened(kept, from, (vector) => kept.scores.get(vector) ?? null)
}

async function readArchive(path: string): Promise<KeptAdvisories> {
  const { loadAdvisories, scoresOf } = await import('./load-advisories.ts')
  const { digest, newest, count, unread, ecosystems, partial, lines } = await loadAdvisories(path)
  return { digest, newest, count, unread, ecosystems, partial, lines, scores: await scoresOf({ lines }) }
}

const opened = (
  { digest, newest, count, unread, ecosystems, partial, lines }: Omit<KeptAdvisories, 'scores'>,
  from: string,
  score: MatchFacts['score'],
): OpenAdvisories => ({
  ...{ digest, newest, count, unread, ecosystems, partial, from },
  synced: null,
  index: (ecosystem) => indexLines(ecosystem, lines.get(ecosystem) ?? []),
  facts: { score, exploited: null, probabilities: null },
})
