import { fieldsOf, listOf, textOf } from '../inventory/lockfile/lockfile.ts'
import type { Fields } from '../inventory/lockfile/lockfile.ts'
import type { Advisory, AdvisoryKind, AdvisoryRecord } from './advisory.ts'
import { intervalsOf } from './intervals.ts'
import { familyOf, versionOrderOf } from './version-order-of.ts'
import type { CompareVersions } from './version-order-of.ts'

const SUMMARY_LENGTH_MAX = 200

/** Longer than any CVSS vector: one of version 4 with all its metrics has less than 200 characters. */
const VECTOR_LENGTH_MAX = 400

/** Far above any real list. What goes past it makes a record unreadable: nobody knows what the rest says. */
const LIST_LENGTH_MAX = 100_000

const isTime = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text))

/**
 * Reads one record of the Open Source Vulnerability format, as osv.dev and RustSec publish it. Gives a text where it is
 * none, or says something that cannot be understood: then nobody can say whom it concerns. What it says of ecosystems
 * whose versions are not ordered here is left out, since no inventory of ours has such packages.
 */
export function readOsvRecord(value: unknown): AdvisoryRecord | string {
  const record = fieldsOf(value)
  const [id, modified] = [textOf(record.get('id')), textOf(record.get('modified'))]
  if (id === null || !/^[A-Za-z0-9][\w.:-]{0,99}$/.test(id)) return 'has no id'
  if (!isTime(modified)) return `${id} does not say when it was modified`
  const withdrawn = record.get('withdrawn') ?? null
  if (withdrawn !== null && !isTime(textOf(withdrawn))) return `${id} does not say when it was withdrawn`
  const isWithdrawn = withdrawn !== null
  if (isWithdrawn) return { id, modified, isWithdrawn, families: [], advisories: [] }
  const advisories: Advisory[] = []
  const list = listIn(record, 'affected')
  if (typeof list === 'string') return `${id} ${list}`
  for (const affected of list) {
    const read = readAffected(record, fieldsOf(affected), { id, modified })
    if (typeof read === 'string') return `${id} ${read}`
    if (read !== null) advisories.push(read)
  }
  const families = new Set(list.flatMap((affected) => familyIn(fieldsOf(affected)) ?? []))
  return { id, modified, isWithdrawn, families: [...families], advisories: mergeSamePackage(advisories) }
}

function familyIn(affected: Fields): string | null {
  const ecosystem = textOf(fieldsOf(affected.get('package')).get('ecosystem'))
  return ecosystem === null ? null : familyOf(ecosystem)
}

/** A list that may be left out; a reason where it is none, or too long. */
function listIn(fields: Fields, key: string): readonly unknown[] | string {
  const value = fields.get(key) ?? []
  if (!Array.isArray(value)) return `has ${key} that is no list`
  return value.length > LIST_LENGTH_MAX
    ? `has ${value.length} ${key}; at most ${LIST_LENGTH_MAX} are read`
    : listOf(value)
}

function textsIn(fields: Fields, key: string): readonly string[] | string {
  const list = listIn(fields, key)
  if (typeof list === 'string') return list
  return list.every((text) => typeof text === 'string') ? list : `has ${key} that are no texts`
}

function readAffected(
  record: Fields,
  affected: Fields,
  { id, modified }: { id: string; modified: string },
): Advisory | string | null {
  const about = packageIn(affected)
  if (typeof about !== 'object' || about === null) return about
  const { ecosystem, name, compare } = about
  const [versions, ranges] = [textsIn(affected, 'versions'), listIn(affected, 'ranges')]
  const [aliases, upstream] = [textsIn(record, 'aliases'), textsIn(record, 'upstream')]
  const vectors = vectorsIn([record, affected])
  const unread = [versions, ranges, aliases, upstream, vectors].find((list) => typeof list === 'string')
  if (unread !== undefined) return `${unread} (${name.slice(0, 100)})`
  const lists = { versions, ranges, aliases, upstream, vectors } as Readable
  const intervals = intervalsOf(lists.ranges, { compare, areVersionsListed: lists.versions.length > 0 })
  if (typeof intervals === 'string') return `says of ${name.slice(0, 100)} ${intervals}`
  return {
    id,
    aliases: lists.aliases,
    upstream: lists.upstream,
    ecosystem,
    name,
    kind: kindOf(id, affected),
    summary: summaryOf(record),
    modified,
    vectors: lists.vectors,
    rating: textOf(fieldsOf(record.get('database_specific')).get('severity')),
    intervals,
    // Where intervals say it all, the list only repeats them.
    versions:
      intervals.length > 0
        ? lists.versions.filter((text) => !isWithin(text, { intervals, compare }))
        : lists.versions,
  }
}

interface Readable {
  ranges: readonly unknown[]
  versions: readonly string[]
  aliases: readonly string[]
  upstream: readonly string[]
  vectors: readonly string[]
}

/** What an entry is about; null where that is no package of an ecosystem that is ordered here, such as a repository. */
function packageIn(
  affected: Fields,
): { ecosystem: string; name: string; compare: CompareVersions } | string | null {
  if ((affected.get('package') ?? null) === null) return null
  const about = fieldsOf(affected.get('package'))
  const written = textOf(about.get('ecosystem'))
  const name = textOf(about.get('name'))?.trim() ?? ''
  if (written === null || !/^[\w.:+ -]{1,100}$/.test(written))
    return 'names a package of an ecosystem that is none'
  const ecosystem = withoutRepository(written)
  const compare = versionOrderOf(ecosystem)
  if (compare === null) return null
  return /^\P{Cc}{1,512}$/u.test(name)
    ? { ecosystem, name, compare }
    : `names a package of ${ecosystem} that can be none`
}

/**
 * Red Hat names a release once for each of its repositories (`Red Hat:enterprise_linux:9::appstream`), and an image does
 * not say which of them a package came from: what is said of one counts for the release.
 */
const withoutRepository = (ecosystem: string): string =>
  /^Red Hat:enterprise_linux:\d+(?=::)/.exec(ecosystem)?.[0] ?? ecosystem

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
  const informational = textOf(fieldsOf(affected.get('database_specific')).get('informational'))
  switch (informational) {
    case null:
      return 'vulnerability'
    case 'unsound':
    case 'unmaintained':
      return informational
    default:
      return 'notice'
  }
}

function vectorsIn(places: readonly Fields[]): string[] | string {
  const lists = places.map((fields) => listIn(fields, 'severity'))
  const unread = lists.find((list) => typeof list === 'string')
  if (unread !== undefined) return unread
  return lists
    .flat()
    .flatMap((severity) => textOf(fieldsOf(severity).get('score')) ?? [])
    .filter((text) => text.length <= VECTOR_LENGTH_MAX)
}

const summaryOf = (record: Fields): string =>
  (textOf(record.get('summary')) ?? textOf(record.get('details')) ?? '')
    .split('\n')[0]
    ?.trim()
    .slice(0, SUMMARY_LENGTH_MAX) ?? ''

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
