import { fieldsOf, listOf, textOf } from '../inventory/lockfile/lockfile.ts'
import type { VersionInterval } from './advisory.ts'
import type { CompareVersions } from './version-order-of.ts'

interface RangeEvent {
  kind: 'introduced' | 'fixed' | 'last_affected'
  /** Null is before every version. */
  version: string | null
}

const everything: VersionInterval = { from: null, to: null, isEndAffected: false }

/** What OSV and RustSec write for "from the beginning". */
const beginnings = new Set(['0', '0.0.0-0'])

/**
 * The intervals that the ranges of an OSV record describe, by its own algorithm: events in the order of versions,
 * affected from `introduced` on, to before `fixed`, or to `last_affected` itself. No range and no list of versions is
 * every version. Ranges over commits say nothing of releases; where nothing else is said, a text tells so.
 */
export function intervalsOf(
  ranges: readonly unknown[],
  { compare, areVersionsListed }: { compare: CompareVersions; areVersionsListed: boolean },
): VersionInterval[] | string {
  if (ranges.length === 0) return areVersionsListed ? [] : [everything]
  const readable = ranges.map(fieldsOf).filter((range) => range.get('type') !== 'GIT')
  if (readable.length === 0 && !areVersionsListed) return 'only which commits are affected'
  const intervals: VersionInterval[] = []
  for (const range of readable) {
    const events = eventsOf(range.get('events'), compare)
    if (typeof events === 'string') return events
    intervals.push(...walk(events))
  }
  return intervals
}

function eventsOf(given: unknown, compare: CompareVersions): RangeEvent[] | string {
  const list = listOf(given)
  if (list.length > 10_000) return `${list.length} events of one range`
  if (list.some((item) => fieldsOf(item).size === 0)) return 'an event that says nothing'
  const pairs = list.flatMap((item) => [...fieldsOf(item)]).filter(([kind]) => kind !== 'limit')
  const events = pairs.map(([kind, value]) => readEvent(kind, value, compare))
  const wrong = events.find((event) => typeof event === 'string')
  if (wrong !== undefined) return wrong
  const read = events.filter((event) => typeof event !== 'string')
  if (!read.some(({ kind }) => kind === 'introduced')) return 'no version from which on it is affected'
  return read.toSorted((a, b) => orderOf(a, b, compare))
}

function readEvent(kind: string, value: unknown, compare: CompareVersions): RangeEvent | string {
  if (kind !== 'introduced' && kind !== 'fixed' && kind !== 'last_affected')
    return `${kind.slice(0, 40)}, which is not known`
  const version = textOf(value)
  if (version === null) return `no version for ${kind}`
  if (kind === 'introduced' && beginnings.has(version)) return { kind, version: null }
  return compare(version, version) === null
    ? `${kind} ${version.slice(0, 60)}, which is no version`
    : { kind, version }
}

/** By version; at one version in the order written, so that `introduced` and `fixed` at once affect nothing. */
const orderOf = (a: RangeEvent, b: RangeEvent, compare: CompareVersions): number =>
  a.version === null || b.version === null
    ? Number(b.version === null) - Number(a.version === null)
    : (compare(a.version, b.version) ?? 0)

function walk(events: readonly RangeEvent[]): VersionInterval[] {
  const intervals: VersionInterval[] = []
  let open: { from: string | null } | null = null
  for (const { kind, version } of events) {
    if (kind === 'introduced') open ??= { from: version }
    else if (open !== null) {
      intervals.push({ from: open.from, to: version, isEndAffected: kind === 'last_affected' })
      open = null
    }
  }
  return open === null ? intervals : [...intervals, { from: open.from, to: null, isEndAffected: false }]
}
