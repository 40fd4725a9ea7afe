import { readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { LOCKFILE_LENGTH_MAX } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import { isLockfile, lockfileNames } from '@towpath/domain/inventory/lockfile/read-lockfile.ts'
import type { LockfileText } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'

/** Folders that hold what others locked, or what was built. */
const notOurs = new Set(['node_modules', 'target', 'dist', 'vendor', 'venv', '__pycache__', 'site-packages'])

/** Entries that are looked at before a folder counts as no project. */
const ENTRIES_MAX = 500_000

/** Paths of the lockfiles below the given files and folders, relative to `folder` where they are inside it. */
export function findLockfiles(folder: string, given: readonly string[]): string[] {
  const shown = findFiles(folder, given, isLockfile)
  const modules = new Set(shown.filter((path) => basename(path) === 'go.mod').map(dirname))
  // go.sum lists more than the build selects: it only speaks where there is no go.mod to say that.
  return shown.filter((path) => basename(path) !== 'go.sum' || !modules.has(dirname(path))).toSorted()
}

/** Paths of the wanted files below the given ones, relative to `folder` where they are inside it; each once. */
export function findFiles(
  folder: string,
  given: readonly string[],
  isWanted: (path: string) => boolean,
): string[] {
  const found = given.flatMap((path) => below(resolve(folder, path), isWanted))
  return [...new Set(found)].map((path) => shownFrom(folder, path))
}

const shownFrom = (folder: string, path: string): string => {
  const inside = relative(folder, path)
  return (inside.startsWith('..') ? path : inside).split(sep).join('/')
}

function below(start: string, isWanted: (path: string) => boolean): string[] {
  let seen = 0
  const found: string[] = []
  const folders: string[] = []
  try {
    if (!statSync(start).isDirectory()) return [start]
    folders.push(start)
    for (let at = folders.pop(); at !== undefined; at = folders.pop())
      for (const entry of readdirSync(at, { withFileTypes: true })) {
        seen += 1
        if (seen > ENTRIES_MAX) throw new RangeError(`it holds more than ${ENTRIES_MAX} entries`)
        const path = join(at, entry.name)
        if (entry.isDirectory()) {
          if (isLookedInto(entry.name)) folders.push(path)
        } else if (isWanted(path.split(sep).join('/'))) found.push(path)
      }
    return found
  } catch (thrown) {
    throw new TowpathError({
      code: 'AUDIT_PATH_UNREADABLE',
      kind: 'usage',
      message: `${start} cannot be looked through for lockfiles: ${messageOf(thrown)}.`,
      hint: 'Nothing was judged. Name the files: towpath audit --lockfile FILE',
    })
  }
}

/** Links are no folders here, so nothing is seen twice. A link with the name of a lockfile is read, or told if it cannot be. */
const isLookedInto = (name: string): boolean =>
  !notOurs.has(name) && (!name.startsWith('.') || name === '.github')

/** The text of a lockfile; a text saying why where it cannot be had. */
export function readLockfileText(
  folder: string,
  path: string,
): LockfileText | { path: string; problem: string } {
  try {
    const place = resolve(folder, path)
    const found = statSync(place)
    const { size } = found
    if (!found.isFile()) return { path, problem: 'is no file' }
    if (size > LOCKFILE_LENGTH_MAX)
      return { path, problem: `has ${size} bytes; at most ${LOCKFILE_LENGTH_MAX} are read` }
    return { path, text: readFileSync(place, 'utf8') }
  } catch (thrown) {
    return { path, problem: messageOf(thrown) }
  }
}

export const noLockfile = (given: readonly string[]): TowpathError =>
  new TowpathError({
    code: 'LOCKFILE_NOT_FOUND',
    kind: 'usage',
    message: `There is no lockfile in ${given.join(', ')}, so there is nothing to judge.`,
    hint: `Nothing was judged. These are known: ${lockfileNames}. See: towpath audit --help`,
  })
