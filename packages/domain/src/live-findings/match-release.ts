import { audit } from '../advisory/audit.ts'
import type { AdvisoryData } from '../advisory/audit.ts'
import type { MatchFacts } from '../advisory/match-inventory.ts'
import type { Component } from '../inventory/component.ts'
import { packageKey } from '../inventory/package-key.ts'
import { compareText } from '../version/order.ts'
import { FINDINGS_MAX, flawKey } from './live-finding.ts'
import type { Flaw, InventoryPart, ReleaseInventory } from './live-finding.ts'
import { withinBound } from './within-bound.ts'

/** Advisories ready to match, with what is joined to them. */
export interface MatchData extends AdvisoryData {
  facts: MatchFacts
}

/** What matching says of a release. */
export interface MatchedRelease {
  /** By `flawKey`. */
  flaws: ReadonlyMap<string, Flaw>
  /** Why they may not be all; empty where they are. */
  unknowns: readonly string[]
}

/** Everything that advisories say of what a release is made of: a pure function of both. */
export function matchRelease(inventory: ReleaseInventory, data: MatchData): MatchedRelease {
  const unknowns = new Set(inventory.unknowns)
  const flaws = new Map<string, Flaw>()
  for (const part of inventory.parts) {
    const found = matchPart(part, data)
    for (const text of found.unknowns) unknowns.add(text)
    for (const flaw of found.flaws) flaws.set(flawKey(flaw), flaw)
  }
  if (flaws.size > FINDINGS_MAX)
    unknowns.add(`${flaws.size - FINDINGS_MAX} more findings than the ${FINDINGS_MAX} that are kept`)
  return { flaws: new Map([...flaws].slice(0, FINDINGS_MAX)), unknowns: bounded([...unknowns]) }
}

/** Reasons that are kept, and letters of each. */
const UNKNOWNS_MAX = 50
const UNKNOWN_LENGTH_MAX = 400

const bounded = (unknowns: readonly string[]): string[] =>
  [
    ...unknowns.slice(0, UNKNOWNS_MAX),
    ...(unknowns.length > UNKNOWNS_MAX ? [`and ${unknowns.length - UNKNOWNS_MAX} things more`] : []),
  ].map((text) => text.slice(0, UNKNOWN_LENGTH_MAX))

/** Packages whose advisories differ between two collections, as `ecosystem, line break, key`. */
export type ChangedPackages = ReadonlySet<string>

/**
 * The same as matching anew where only some packages' advisories changed, without looking at the others. Null where
 * something was unknown before or is now: then all of it has to be looked at.
 */
export function rematchRelease(
  inventory: ReleaseInventory,
  data: MatchData,
  { before, changed }: { before: MatchedRelease; changed: ChangedPackages },
): MatchedRelease | null {
  if (before.unknowns.length > 0 || inventory.unknowns.length > 0 || !coversAll(inventory, data)) return null
  const isTouched = ({ ecosystem, name, origin }: Component): boolean =>
    [name, ...(origin === undefined ? [] : [origin.name])].some((one) =>
      changed.has(changedKey(ecosystem, one)),
    )
  const flaws = new Map(before.flaws)
  for (const part of inventory.parts) {
    const inventories = part.inventories.flatMap((own) => {
      const components = own.components.filter(isTouched)
      return components.length === 0 ? [] : [{ ...own, components }]
    })
    if (inventories.length === 0) continue
    const touched = new Set(
      inventories.flatMap(({ components }) => components.map(({ name, version }) => `${name}\n${version}`)),
    )
    for (const [key, flaw] of before.flaws)
      if (isOf(part, flaw) && touched.has(`${flaw.package}\n${flaw.version}`)) flaws.delete(key)
    const found = matchPart({ ...part, inventories }, data)
    if (found.unknowns.length > 0) return null
    for (const flaw of found.flaws) flaws.set(flawKey(flaw), flaw)
  }
  return flaws.size > FINDINGS_MAX ? null : { flaws, unknowns: [] }
}

const coversAll = (
  { parts }: ReleaseInventory,
  { unread, newest, ecosystems, partial }: MatchData,
): boolean =>
  unread === 0 &&
  newest !== null &&
  parts
    .flatMap(({ inventories }) => inventories)
    .every(({ ecosystem }) => Object.hasOwn(ecosystems, ecosystem) && !partial.includes(ecosystem))

const isOf = (part: InventoryPart, { where, services }: Flaw): boolean =>
  where === part.where && services.join(',') === part.services.join(',')

export const changedKey = (ecosystem: string, name: string): string =>
  `${ecosystem}\n${packageKey(ecosystem, name)}`

function matchPart(
  { where, services, inventories }: InventoryPart,
  data: MatchData,
): { flaws: Flaw[]; unknowns: string[] } {
  const within = withinBound(inventories, data)
  const { findings, unknowns } = audit({
    ...{ inventories: within.inventories, data, facts: data.facts, waivers: [], rule: 'none' },
    // No clock: how old the data is, is told when somebody asks.
    ...{ now: new Date(0), ageMaxMs: null },
  })
  return {
    unknowns: [...within.unknowns, ...unknowns.map(({ message }) => message.trim())],
    flaws: findings.map((finding): Flaw => {
      const { id, aliases, package: name, version, ecosystem, kind, severity } = finding
      const { score, fixed, presence, isExploited, summary, file } = finding
      return {
        ...{ id, package: name, version, ecosystem, kind, severity, score, fixed, presence, isExploited },
        ...{ aliases: aliases.slice(0, 10), summary: summary.slice(0, 200), file, services, where },
      }
    }),
  }
}

/** Lines of advisories by ecosystem, each `name, tab, JSON`. */
export type AdvisoryLines = ReadonlyMap<string, readonly string[]>

/** Which packages two collections say something else of; null where they do not cover the same ecosystems. */
export function changedPackages(before: AdvisoryLines, after: AdvisoryLines): ChangedPackages | null {
  const names = (lines: AdvisoryLines): string => [...lines.keys()].toSorted().join('\n')
  if (names(before) !== names(after)) return null
  const changed = new Set<string>()
  for (const [ecosystem, lines] of after) {
    for (const line of linesInOne(before.get(ecosystem) ?? [], lines))
      changed.add(changedKey(advisedFor(ecosystem), line.slice(0, Math.max(0, line.indexOf('\t')))))
  }
  return changed
}

/** Lines that are in one of two lists alone, in one walk: they are sorted. Of others it gives too many, never too few. */
function* linesInOne(before: readonly string[], after: readonly string[]): Generator<string> {
  for (let at = 0, other = 0; at < before.length || other < after.length;) {
    const [old, fresh] = [before[at], after[other]]
    const isOldNext = old !== undefined && (fresh === undefined || compareText(old, fresh) <= 0)
    const isFreshNext = fresh !== undefined && (old === undefined || compareText(old, fresh) >= 0)
    if (isOldNext) at += 1
    if (isFreshNext) other += 1
    if (isOldNext !== isFreshNext) yield (isOldNext ? old : fresh) ?? ''
  }
}

/** The ecosystem of the components that advisories of one concern; see `advisedAs`. */
const advisedFor = (ecosystem: string): string => ecosystem.replace(/^Ubuntu:Pro:/, 'Ubuntu:')
