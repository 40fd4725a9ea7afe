import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FindingWaiverRule } from '@towpath/domain/advisory/waiver.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { readNamedFile } from './advisory-store.ts'

/** Where a repository keeps its waivers. */
export const waiversFile = '.towpath/waivers.yaml'

/** The file as it is; empty where there is none. Throws FILE_UNREADABLE. */
export async function waiversText(folder: string): Promise<string> {
  const place = join(folder, waiversFile)
  return existsSync(place) ? (await readNamedFile(place)).toString('utf8') : ''
}

/** The waivers of a text, in its order. Throws WAIVERS_HAVE_PROBLEMS; `unchanged` says what did not happen then. */
export async function waiversIn(
  text: string,
  { now, unchanged }: { now: Date; unchanged: string },
): Promise<FindingWaiverRule[]> {
  if (text === '') return []
  const { readWaivers } = await import('@towpath/domain/advisory/read-waivers.ts')
  const read = readWaivers({ path: waiversFile, text }, now)
  if (read.ok) return read.waivers
  const [first] = read.problems
  throw new TowpathError({
    code: 'WAIVERS_HAVE_PROBLEMS',
    kind: 'usage',
    message: `${waiversFile}:${first?.line ?? 1}:${first?.col ?? 1} ${first?.message ?? ''}.`,
    hint: `${unchanged} ${first?.hint ?? 'Mend it and run again.'}`,
    detail: { problems: read.problems },
  })
}
