import { createHash, hash } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
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

/** `TOWPATH_HOME/cache`, else where the user's system keeps what can be made again. */
const cacheFolder = ({ env }: Pick<Shell, 'env'>): string => {
  if (env['TOWPATH_HOME']) return join(env['TOWPATH_HOME'], 'cache')
  const named = env['XDG_CACHE_HOME'] ?? ''
  return join(isAbsolute(named) ? named : join(env['HOME'] || homedir(), '.cache'), 'towpath')
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

/**
 * What was read of archives, by the digest of their bytes. An entry holds its own digest and the one of its advisories, and
 * must be the user's own file: one that was cut off, changed or put there by others is no entry. Nothing here ever fails an
 * audit; what cannot be kept is read again.
 */
export class ArchiveCache {
  readonly #folder: string
  readonly #now: () => Date

  constructor(shell: Pick<Shell, 'env' | 'now'>) {
    this.#folder = join(cacheFolder(shell), 'archives')
    this.#now = shell.now
  }

  /** What is kept of the archive with that digest; null where there is nothing that can be trusted. */
  read(archive: string): KeptAdvisories | null {
    const place = this.#placeOf(archive)
    try {
      const kept = decoded(archive, ownText(place))
      if (kept !== null) utimesSync(place, this.#now(), this.#now())
      return kept
    } catch {
      return null
    }
  }

  /** Written beside, then renamed: who reads at that time sees the entry before or the new one, whole. */
  keep(archive: string, kept: KeptAdvisories): void {
    const draft = `${this.#placeOf(archive)}.${process.pid}.draft`
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      writeFileSync(draft, encoded(archive, kept), { flag: 'wx', mode: 0o600 })
      utimesSync(draft, this.#now(), this.#now())
      renameSync(draft, this.#placeOf(archive))
      this.#removeOldest()
    } catch {
      removeIfThere(draft)
    }
  }

  #placeOf(archive: string): string {
    return join(this.#folder, `${archive}.kept`)
  }

  /** What others write right now is among the newest; should it go all the same, they read their archive again. */
  #removeOldest(): void {
    const files = readdirSync(this.#folder)
      .map((name) => ({ place: join(this.#folder, name), stat: statSync(join(this.#folder, name)) }))
      .toSorted((one, other) => other.stat.mtimeMs - one.stat.mtimeMs)
    let bytes = 0
    for (const [at, { place, stat }] of files.entries()) {
      bytes += stat.size
      if (at >= KEPT_MAX || bytes > KEPT_BYTES_MAX) rmSync(place, { force: true })
    }
  }
}

function removeIfThere(place: string): void {
  try {
    rmSync(place, { force: true })
  } catch {
    // Its folder is no folder, or not ours: then nothing of ours lies there either.
  }
}

/** The text of a file that is the user's own and nobody else's to write; throws where it is not. */
function ownText(place: string): string {
  // Windows has no such flag and no such owner: its user folders are closed to others.
  const file = openSync(place, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    const { uid, mode, size } = fstatSync(file)
    const owner = process.getuid?.()
    if (owner !== undefined && (uid !== owner || (mode & 0o022) !== 0)) throw new Error('not ours alone')
    if (size > KEPT_BYTES_MAX) throw new Error('too large')
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

function encoded(archive: string, { lines, scores, ...about }: KeptAdvisories): string {
  const head = { archive, reading: READING, ...about, scores: Object.fromEntries(scores) }
  const rest = [JSON.stringify(head), ...[...lines.values()].flat()].join('\n')
  return `${hash('sha256', rest)}\n${rest}`
}

type Head = Omit<KeptAdvisories, 'lines' | 'scores'> & {
  archive: string
  reading: string
  scores: Record<string, number>
}

function decoded(archive: string, text: string): KeptAdvisories | null {
  const start = text.indexOf('\n') + 1
  const rest = text.slice(start)
  if (hash('sha256', rest) !== text.slice(0, Math.max(0, start - 1))) return null
  const [first = '', ...rows] = rest.split('\n')
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
