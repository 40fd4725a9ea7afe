import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { KeptFiles } from '../cache/kept-files.ts'
import { version } from '../program/version.ts'
import type { Shell } from '../terminal/shell.ts'
import { digestOf } from './advisory-digest.ts'
import type { LoadedAdvisories } from './load-advisories.ts'
import { isRecord } from './record-bounds.ts'

/** To be raised whenever the same archive would be read into something else: kept entries then count for nothing. */
const READING = `${version}/3`

/** Archives kept, and bytes of all of them together: the oldest use goes first. */
const KEPT_MAX = 8
const KEPT_BYTES_MAX = 512 * 1024 * 1024

/** What an audit needs of an archive once it was read. */
export interface KeptAdvisories extends Pick<
  LoadedAdvisories,
  'digest' | 'newest' | 'count' | 'unread' | 'ecosystems' | 'partial' | 'lines'
> {
  /** Scores by vector; a vector without a score is not here. */
  scores: ReadonlyMap<string, number>
}

/** Whether a path is an archive of records: any file but a record itself; false where it cannot be looked at, which reading it then tells. */
export function isArchive(path: string): boolean {
  try {
    return !isRecord(path) && statSync(path).isFile()
  } catch {
    return false
  }
}

/** SHA-256 of a file's bytes, in hex, however large it is; null where it cannot be read, which reading it then tells. */
export function fileDigest(path: string): string | null {
  try {
    return digestOfFile(openSync(path, 'r'))
  } catch {
    return null
  }
}

function digestOfFile(file: number): string {
  const sum = createHash('sha256')
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  try {
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
      sum.update(buffer.subarray(0, read))
    return sum.digest('hex')
  } finally {
    closeSync(file)
  }
}

/** What was read of archives, by the digest of their bytes. An entry holds the digest of its advisories as well. */
export class ArchiveCache {
  readonly #files: KeptFiles

  constructor(shell: Pick<Shell, 'env' | 'now'>) {
    this.#files = new KeptFiles(shell, { folder: 'archives', countMax: KEPT_MAX, bytesMax: KEPT_BYTES_MAX })
  }

  /** What is kept of the archive with that digest; null where there is nothing that can be trusted. */
  read(archive: string): KeptAdvisories | null {
    try {
      return decoded(archive, this.#files.read(archive)?.toString('utf8') ?? '')
    } catch {
      return null
    }
  }

  keep(archive: string, kept: KeptAdvisories): void {
    this.#files.keep(archive, encoded(archive, kept))
  }
}

function encoded(archive: string, { lines, scores, ...about }: KeptAdvisories): string {
  const head = { archive, reading: READING, ...about, scores: Object.fromEntries(scores) }
  return [JSON.stringify(head), ...[...lines.values()].flat()].join('\n')
}

type Head = Omit<KeptAdvisories, 'lines' | 'scores'> & {
  archive: string
  reading: string
  scores: Record<string, number>
}

function decoded(archive: string, text: string): KeptAdvisories | null {
  const [first = '', ...rows] = text.split('\n')
  const head = JSON.parse(first) as Head
  if (head.archive !== archive || head.reading !== READING) return null
  const lines = new Map<string, readonly string[]>()
  let taken = 0
  for (const [ecosystem, count] of Object.entries(head.ecosystems)) {
    lines.set(ecosystem, rows.slice(taken, taken + count))
    taken += count
  }
  const { digest, newest, count, unread, ecosystems, partial } = head
  if (taken !== rows.length || digestOf(lines) !== digest) return null
  const scores = new Map(Object.entries(head.scores))
  return { digest, newest, count, unread, ecosystems, partial, lines, scores }
}
