import { hash } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Shell } from '../terminal/shell.ts'

/** `TOWPATH_HOME/cache`, else where the user's system keeps what can be made again. */
const cacheFolder = ({ env }: Pick<Shell, 'env'>): string => {
  if (env['TOWPATH_HOME']) return join(env['TOWPATH_HOME'], 'cache')
  const named = env['XDG_CACHE_HOME'] ?? ''
  return join(isAbsolute(named) ? named : join(env['HOME'] || homedir(), '.cache'), 'towpath')
}

export interface KeptBounds {
  /** Folder within the user's cache. */
  folder: string
  /** Files kept, and bytes of all of them together: the oldest use goes first. */
  countMax: number
  bytesMax: number
}

/**
 * Files of what can be made again, each under a digest of what it was made from. A file holds its own digest and must be
 * the user's own: one that was cut off, changed or put there by others is none. Nothing here ever fails a command; what
 * cannot be kept is made again.
 */
export class KeptFiles {
  readonly #folder: string
  readonly #bounds: KeptBounds
  readonly #now: () => Date

  constructor(shell: Pick<Shell, 'env' | 'now'>, bounds: KeptBounds) {
    this.#folder = join(cacheFolder(shell), bounds.folder)
    this.#bounds = bounds
    this.#now = shell.now
  }

  /** What is kept under a name; null where there is nothing that can be trusted. Counts as its use. */
  read(name: string): Buffer | null {
    const place = this.#placeOf(name)
    try {
      const bytes = ownBytes(place, this.#bounds.bytesMax)
      const start = bytes.indexOf('\n') + 1
      const rest = bytes.subarray(start)
      if (hash('sha256', rest) !== bytes.toString('latin1', 0, Math.max(0, start - 1))) return null
      utimesSync(place, this.#now(), this.#now())
      return rest
    } catch {
      return null
    }
  }

  /** Written beside, then renamed: who reads at that time sees the file before or the new one, whole. */
  keep(name: string, content: Buffer | string): void {
    const draft = `${this.#placeOf(name)}.${process.pid}.draft`
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      writeFileSync(draft, `${hash('sha256', content)}\n`, { flag: 'wx', mode: 0o600 })
      writeFileSync(draft, content, { flag: 'a' })
      utimesSync(draft, this.#now(), this.#now())
      renameSync(draft, this.#placeOf(name))
      this.#removeOldest()
    } catch {
      removeIfThere(draft)
    }
  }

  #placeOf(name: string): string {
    return join(this.#folder, `${name}.kept`)
  }

  /** What others write right now is among the newest; should it go all the same, they make theirs again. */
  #removeOldest(): void {
    const files = readdirSync(this.#folder)
      .map((name) => ({ place: join(this.#folder, name), stat: statSync(join(this.#folder, name)) }))
      .toSorted((one, other) => other.stat.mtimeMs - one.stat.mtimeMs)
    let bytes = 0
    for (const [at, { place, stat }] of files.entries()) {
      bytes += stat.size
      if (at >= this.#bounds.countMax || bytes > this.#bounds.bytesMax) rmSync(place, { force: true })
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

/** The bytes of a file that is the user's own and nobody else's to write; throws where it is not. */
function ownBytes(place: string, sizeMax: number): Buffer {
  // Windows has no such flag and no such owner: its user folders are closed to others.
  const file = openSync(place, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    const { uid, mode, size } = fstatSync(file)
    const owner = process.getuid?.()
    if (owner !== undefined && (uid !== owner || (mode & 0o022) !== 0)) throw new Error('not ours alone')
    if (size > sizeMax) throw new Error('too large')
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}
