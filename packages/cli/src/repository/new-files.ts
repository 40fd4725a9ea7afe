import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { unifiedPatch } from '@towpath/domain/repository/unified-patch.ts'

/** What writing files that a repository may have already comes to. */
export interface Plan {
  /** Files that are not there yet. */
  fresh: Map<string, string>
  /** Files that are there and differ: never written, only compared. */
  differing: { path: string; patch: string }[]
  /** Files that are there and are the same. */
  same: string[]
}

/** Compares with what is there; nothing is written. */
export function planFiles(folder: string, texts: ReadonlyMap<string, string>): Plan {
  const plan: Plan = { fresh: new Map(), differing: [], same: [] }
  for (const [path, text] of texts) {
    const present = presentText(join(folder, path))
    if (present === null) plan.fresh.set(path, text)
    else if (present === text) plan.same.push(path)
    else plan.differing.push({ path, patch: unifiedPatch(path, present, text) ?? '' })
  }
  return plan
}

/** Null where nothing has that name; a link that leads nowhere has it too. */
function presentText(place: string): string | null {
  try {
    lstatSync(place)
  } catch {
    return null
  }
  try {
    return readFileSync(place, 'utf8')
  } catch {
    return ''
  }
}

/** Writes new files, each only where nothing of that name has come up meanwhile. Throws INIT_LEADS_OUTSIDE before it writes any. */
export function writeFiles(folder: string, texts: ReadonlyMap<string, string>): void {
  for (const path of texts.keys()) requireInside(folder, path)
  for (const [path, text] of texts) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { flag: 'wx' })
  }
}

/** A folder of the repository may be a link to anywhere; what is written stays in it. */
function requireInside(folder: string, path: string): void {
  const root = realpathSync(folder)
  let above = dirname(join(root, path))
  while (!existsSync(above)) above = dirname(above)
  const place = relative(root, realpathSync(above))
  if (place !== '..' && !place.startsWith(`..${sep}`) && !isAbsolute(place)) return
  throw new TowpathError({
    code: 'INIT_LEADS_OUTSIDE',
    kind: 'usage',
    message: `${path} would lie outside the repository: ${above} is a link to ${realpathSync(above)}.`,
    hint: 'Nothing was written. Take the link away, or run it where that leads.',
    detail: { path },
  })
}
