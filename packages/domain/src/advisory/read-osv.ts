import { fieldsOf, listOf, textOf } from '../inventory/lockfile/lockfile.ts'
import type { Fields } from '../inventory/lockfile/lockfile.ts'
import type { Advisory, AdvisoryKind, AdvisoryRecord } from './advisory.ts'
import { intervalsOf } from './intervals.ts'
import { versionOrderOf } from './version-order-of.ts'

const TEXT_LENGTH_MAX = 200
const LIST_LENGTH_MAX = 20_000

/**
 * Reads one record of the Open Source Vulnerability format, as osv.dev and RustSec publish it. Gives a text where it is
 * none, or says something of versions that cannot be understood: then nobody can say whom it concerns. What it says of
 * ecosystems whose versions are not ordered here is left out, since no inventory of ours has such packages.
 */
export function readOsvRecord(value: unknown): AdvisoryRecord | string {
  const record = fieldsOf(value)
  const [id, modified] = [textOf(record.get('id')), textOf(record.get('modified'))]
  if (id === null || !/^[A-Za-z0-9][\w.:-]{0,99}$/.test(id)) return 'has no id'
  if (modified === null || !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(modified))
    return `${id} does not say when it was modified`
  const isWithdrawn = textOf(record.get('withdrawn')) !== null
  if (isWithdrawn) return { id, modified, isWithdrawn, advisories: [] }
  const advisories: Advisory[] = []
  for (const affected of listOf(record.get('affected'))) {
    const read = readAffected(record, fieldsOf(affected), { id, modified })
    if (typeof read === 'string') return `${id} ${read}`
    if (read !== null) advisories.push(read)
  }
  return { id, modified, isWithdrawn, advisories: mergeSamePackage(advisories) }
}

function readAffected(
  record: Fields,
  affected: Fields,
  { id, modified }: { id: string; modified: string },
): Advisory | string | null {
  const about = fieldsOf(affected.get('package'))
  const [ecosystem, name] = [textOf(about.get('ecosystem')), textOf(about.get('name'))]
  if (ecosystem === null || name === null || name === '') return null
  const compare = versionOrderOf(ecosystem)
  if (compare === null) return null
  const versions = listOf(affected.get('versions'))
    .slice(0, LIST_LENGTH_MAX)
    .flatMap((text) => textOf(text) ?? [])
  const intervals = intervalsOf(listOf(affected.get('ranges')), {
    compare,
    areVersionsListed: versions.length > 0,
  })
  if (typeof intervals === 'string') return `says of ${name.slice(0, 100)} ${intervals}`
  return {
    id,
    aliases: listOf(record.get('aliases'))
      .slice(0, 100)
      .flatMap((text) => textOf(text) ?? []),
    ecosystem,
    name,
    kind: kindOf(id, affected),
    summary: summaryOf(record),
    modified,
    vectors: [...vectorsIn(record), ...vectorsIn(affected)],
    rating: textOf(fieldsOf(record.get('database_specific')).get('severity')),
    intervals,
    // Where intervals say it all, the list only repeats them.
    versions:
      intervals.length > 0 ? versions.filter((text) => !isWithin(text, { intervals, compare })) : versions,
  }
}

const isWithin = (
  version: string,
  {
    intervals,
    compare,
  }: { intervals: Advisory['intervals']; compare: (a: string, b: string) => number | null },
): boolean =>
  intervals.some(({ from, to, isEndAffected }) => {
    const above = from === null ? 0 : (compare(version, from) ?? -1)
    const below = to === null ? -1 : (compare(version, to) ?? 1)
    return above >= 0 && (isEndAffected ? below <= 0 : below < 0)
  })

/** RustSec says what is no vulnerability in `informational`; packages made to do harm have ids of their own. */
function kindOf(id: string, affected: Fields): AdvisoryKind {
  if (id.startsWith('MAL-')) return 'malicious'
  const informational = fieldsOf(affected.get('database_specific')).get('informational')
  switch (informational) {
    case undefined:
    case null:
      return 'vulnerability'
    case 'unsound':
    case 'unmaintained':
      return informational
    default:
      return 'notice'
  }
}

const vectorsIn = (fields: Fields): string[] =>
  listOf(fields.get('severity'))
    .slice(0, 10)
    .flatMap((severity) => textOf(fieldsOf(severity).get('score')) ?? [])
    .filter((text) => text.length <= TEXT_LENGTH_MAX)

const summaryOf = (record: Fields): string =>
  (textOf(record.get('summary')) ?? textOf(record.get('details')) ?? '')
    .split('\n')[0]
    ?.trim()
    .slice(0, TEXT_LENGTH_MAX) ?? ''

/** A record may speak of a package twice, of other versions each time. */
function mergeSamePackage(advisories: readonly Advisory[]): Advisory[] {
  const merged = new Map<string, Advisory>()
  for (const advisory of advisories) {
    const key = `${advisory.ecosystem} ${advisory.name} ${advisory.kind}`
    const before = merged.get(key)
    merged.set(
      key,
      before === undefined
        ? advisory
        : {
            ...before,
            intervals: [...before.intervals, ...advisory.intervals],
            versions: [...before.versions, ...advisory.versions],
            vectors: [...new Set([...before.vectors, ...advisory.vectors])],
          },
    )
  }
  return [...merged.values()]
}
