import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { BaselineEntry } from '@towpath/domain/advisory/baseline.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { replaceFile } from '../terminal/replace-file.ts'
import { readNamedFile } from './advisory-store.ts'

/** Where a repository keeps its baseline. */
export const baselineFile = '.towpath/baseline.yaml'

/** The entries; null where there is no baseline. Throws BASELINE_HAS_PROBLEMS: what cannot be read lets nothing pass. */
export async function loadBaseline(folder: string, now: Date): Promise<readonly BaselineEntry[] | null> {
  const place = join(folder, baselineFile)
  if (!existsSync(place)) return null
  const { readBaseline } = await import('@towpath/domain/advisory/baseline-file.ts')
  const text = (await readNamedFile(place)).toString('utf8')
  const read = readBaseline({ path: baselineFile, text }, now)
  if (read.ok) return read.records
  const [first] = read.problems
  throw new TowpathError({
    code: 'BASELINE_HAS_PROBLEMS',
    kind: 'usage',
    message: `${baselineFile}:${first?.line ?? 1}:${first?.col ?? 1} ${first?.message ?? ''}.`,
    hint: `Nothing was judged, and nothing passes by it. ${first?.hint ?? 'Mend it and run again.'}`,
    detail: { problems: read.problems },
  })
}

/** Writes the entries in place of those that were there. */
export async function keepBaseline(folder: string, entries: readonly BaselineEntry[]): Promise<void> {
  const { writeBaseline } = await import('@towpath/domain/advisory/baseline-file.ts')
  await replaceFile(join(folder, baselineFile), writeBaseline(entries))
}

/**
 * The name under which a baseline knows an image: the same for every tag and digest of it. An archive that lies outside of
 * the folder is known by its file alone, for where it lies is another place on every machine.
 */
export function imageNameOf(reference: string): string {
  const name = posix.normalize(reference.replace(/@sha256:[0-9a-f]+$/, '').replace(/:[^:/]*$/, ''))
  return posix.isAbsolute(name) || name.startsWith('../') ? posix.basename(name) : name
}
