import { packageKey } from '../inventory/package-key.ts'
import { compareText } from '../version/order.ts'
import { advisoryKinds } from './advisory.ts'
import type { Advisory, AdvisoryRecord, VersionInterval } from './advisory.ts'
import { familyOf } from './version-order-of.ts'

/** What a collection of advisories is, beside the advisories themselves. */
export interface AdvisorySummary {
  /** Records in all, the withdrawn too. */
  count: number
  withdrawn: number
  /** When the newest of them was modified; null where there is none. */
  newest: string | null
  ecosystems: Readonly<Record<string, number>>
  /**
   * Those of them that are only spoken of in records of another family too: a collection of one ecosystem holds such
   * records of its neighbours, and all of the others are missing.
   */
  partial: readonly string[]
}

/** `lines` by ecosystem, each `name, tab, JSON`, sorted: the same records give the same text, however they came. */
export interface CompactAdvisories {
  summary: AdvisorySummary
  lines: ReadonlyMap<string, readonly string[]>
}

/** Keys of one letter keep a snapshot small; empty lists are left out. */
interface CompactAdvisory {
  i: string
  a?: readonly string[]
  u?: readonly string[]
  k?: Advisory['kind']
  s?: string
  m: string
  v?: readonly string[]
  r?: string
  /** From, to, and true where the end is affected itself. */
  n?: readonly (readonly [string | null, string | null, true?])[]
  l?: readonly string[]
}

/**
 * Everything that matching needs of some records, as lines of text. A record that is given twice counts once, as its
 * newest; where two of one time differ, both speak.
 */
export function compactAdvisories(records: readonly AdvisoryRecord[]): CompactAdvisories {
  const newestFirst = records.toSorted((a, b) => compareText(b.modified, a.modified))
  const byId = new Map<string, AdvisoryRecord>()
  for (const record of newestFirst) {
    const known = byId.get(record.id)
    if (known === undefined) byId.set(record.id, record)
    else if (known.modified === record.modified) byId.set(record.id, bothOf(known, record))
  }
  const all = [...byId.values()]
  const advisories = all.flatMap((record) => record.advisories)
  const byEcosystem = [...Map.groupBy(advisories, ({ ecosystem }) => ecosystem)].toSorted(([a], [b]) =>
    compareText(a, b),
  )
  const lines = byEcosystem.map(
    ([ecosystem, own]) => [ecosystem, own.map(lineOf).toSorted(compareText)] as const,
  )
  return {
    summary: {
      count: all.length,
      withdrawn: all.filter(({ isWithdrawn }) => isWithdrawn).length,
      newest: newestFirst[0]?.modified ?? null,
      ecosystems: Object.fromEntries(lines.map(([ecosystem, own]) => [ecosystem, own.length])),
      partial: partialIn(
        lines.map(([ecosystem]) => ecosystem),
        all,
      ),
    },
    lines: new Map(lines),
  }
}

function bothOf(one: AdvisoryRecord, other: AdvisoryRecord): AdvisoryRecord {
  const known = new Set(one.advisories.map((advisory) => JSON.stringify(advisory)))
  const more = other.advisories.filter((advisory) => !known.has(JSON.stringify(advisory)))
  return {
    ...one,
    isWithdrawn: one.isWithdrawn && other.isWithdrawn,
    families: [...new Set([...one.families, ...other.families])],
    advisories: [...one.advisories, ...more],
  }
}

function partialIn(ecosystems: readonly string[], records: readonly AdvisoryRecord[]): string[] {
  const whole = new Set(
    records.filter(({ families }) => families.length === 1).flatMap((own) => own.families),
  )
  return ecosystems.filter((ecosystem) => !whole.has(familyOf(ecosystem)))
}

function lineOf({ name, id, modified, summary, ...advisory }: Advisory): string {
  const compact: CompactAdvisory = {
    i: id,
    ...some('a', advisory.aliases),
    ...some('u', advisory.upstream),
    ...(advisory.kind === 'vulnerability' ? {} : { k: advisory.kind }),
    ...(summary === '' ? {} : { s: summary }),
    m: modified,
    ...some('v', advisory.vectors),
    ...(advisory.rating === null ? {} : { r: advisory.rating }),
    ...some('n', advisory.intervals.map(compactInterval)),
    ...some('l', advisory.versions),
  }
  return `${name}\t${JSON.stringify(compact)}`
}

const some = <Key extends string, Item>(
  key: Key,
  list: readonly Item[],
): Partial<Record<Key, readonly Item[]>> =>
  list.length === 0 ? {} : ({ [key]: list } as Record<Key, readonly Item[]>)

const compactInterval = ({
  from,
  to,
  isEndAffected,
}: VersionInterval): readonly [string | null, string | null, true?] =>
  isEndAffected ? [from, to, true] : [from, to]

/** Whether a text is a line as `compactAdvisories` writes them, so that no reader of it can stumble. */
export function isAdvisoryLine(line: string): boolean {
  const name = nameIn(line)
  if (name === '') return false
  let read: Record<string, unknown>
  try {
    read = Object(JSON.parse(line.slice(name.length + 1))) as Record<string, unknown>
  } catch {
    return false
  }
  const { i, m, k = 'vulnerability', s = '', r = '', a, u, v, l, n = [] } = read
  return (
    [i, m, s, r].every(isText) &&
    advisoryKinds.some((kind) => kind === k) &&
    [a, u, v, l].every((list) => list === undefined || (Array.isArray(list) && list.every(isText))) &&
    Array.isArray(n) &&
    n.every(isCompactInterval)
  )
}

const isText = (value: unknown): boolean => typeof value === 'string'

const isCompactInterval = (value: unknown): boolean =>
  Array.isArray(value) && [value[0], value[1]].every((bound) => bound === null || isText(bound))

/** Advisories of one ecosystem, found by the name of a package. */
export interface AdvisoryIndex {
  ecosystem: string
  find: (name: string) => readonly Advisory[]
}

/** An index over lines, by the key of a package on both sides; a line is only parsed when its package is asked for. */
export function indexLines(ecosystem: string, lines: readonly string[]): AdvisoryIndex {
  const byKey = new Map<string, string[]>()
  for (const line of lines) {
    const key = packageKey(ecosystem, nameIn(line))
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, [line])
    else known.push(line)
  }
  const read = new Map<string, Advisory[]>()
  const find = (name: string): readonly Advisory[] => {
    const key = packageKey(ecosystem, name)
    const known = read.get(key)
    if (known !== undefined) return known
    const advisories = (byKey.get(key) ?? []).map((line) => advisoryOf(ecosystem, line))
    read.set(key, advisories)
    return advisories
  }
  return { ecosystem, find }
}

/**
 * Ecosystems whose advisories concern an inventory's: what Ubuntu mends for its subscribers alone stands under a name of
 * its own, and concerns those without a subscription all the more.
 */
export function advisedAs(ecosystem: string): string[] {
  const release = /^Ubuntu:(\d.*)$/.exec(ecosystem)?.[1]
  return release === undefined ? [ecosystem] : [ecosystem, `Ubuntu:Pro:${release}`]
}

/** Several indexes as one. */
export const joinIndexes = (ecosystem: string, indexes: readonly AdvisoryIndex[]): AdvisoryIndex => ({
  ecosystem,
  find: (name) => indexes.flatMap((index) => index.find(name)),
})

const nameIn = (line: string): string => line.slice(0, Math.max(0, line.indexOf('\t')))

function advisoryOf(ecosystem: string, line: string): Advisory {
  const name = nameIn(line)
  const compact = JSON.parse(line.slice(name.length + 1)) as CompactAdvisory
  return {
    id: compact.i,
    aliases: compact.a ?? [],
    upstream: compact.u ?? [],
    ecosystem,
    name,
    kind: compact.k ?? 'vulnerability',
    summary: compact.s ?? '',
    modified: compact.m,
    vectors: compact.v ?? [],
    rating: compact.r ?? null,
    intervals: (compact.n ?? []).map(([from, to, end]) => ({ from, to, isEndAffected: end === true })),
    versions: compact.l ?? [],
  }
}
