import type { Component, Inventory } from '../../inventory/component.ts'
import { packageKey } from '../../inventory/package-key.ts'
import type { Finding } from '../finding.ts'
import type { MatchFacts } from '../match-inventory.ts'
import { databaseOf } from '../merge-aliases.ts'
import { planBump } from '../plan-bump.ts'
import { worstOf } from '../severity.ts'
import { versionOrderOf } from '../version-order-of.ts'
import type { EngineFinding, EngineName, EngineReport } from './engine.ts'

/** Who sees for itself: what Towpath's own matcher is called beside engines. */
const OWN_NAME = 'towpath'

/** Names of others that are told of one finding. */
const NAMES_MAX = 100

interface Given {
  /** What Towpath found itself. */
  findings: readonly Finding[]
  reports: readonly EngineReport[]
  inventories: readonly Inventory[]
  facts: MatchFacts
}

/**
 * Findings of several engines as one list. One flaw (by any of its names) of one package in one version of one file is one
 * finding, which names who saw it, and is as bad as the worst of them says: no engine makes the word of another milder, and
 * the names that it brings let no waiver pass what others found. Without engines nothing is changed.
 */
export function mergeEngineFindings({ findings, reports, inventories, facts }: Given): readonly Finding[] {
  if (reports.length === 0) return findings
  const merged = findings.map((finding): Finding => ({ ...finding, seenBy: [OWN_NAME] }))
  const placed: Placed = new Map()
  for (const finding of merged) addTo(placed, finding, finding)
  const components = Map.groupBy(
    inventories.flatMap((inventory) => inventory.components),
    ({ name, version, ecosystem }) => packageOf(ecosystem, name, version),
  )
  for (const { engine, ...report } of reports)
    for (const told of report.ok ? report.findings : [])
      for (const fresh of findingsOf(told, { engine, components, facts })) {
        const same = sameFlawAs(fresh, placed)
        if (same === undefined) merged.push(fresh)
        else Object.assign(same, joined(same, fresh))
        addTo(placed, fresh, same ?? fresh)
      }
  return merged
}

/** `v1.2.3` and `1.2.3` are one version of Go. */
const packageOf = (ecosystem: string, name: string, version: string): string =>
  `${packageKey(ecosystem, name)} ${version.replace(/^v(?=\d)/, '')}`

/**
 * Findings by package, file and name of the flaw, of each database the first. Two records of one database are two flaws, so
 * of its own database only the same record is the same flaw; of another one, whoever shares a name.
 */
type Placed = Map<string, Map<string, Finding>>

const keysOf = (finding: Finding): string[] => {
  const place = `${packageOf(finding.ecosystem, finding.package, finding.version)}\n${finding.file}`
  const names = new Set([finding.id, ...finding.aliases].map(flawName))
  return [`${place}\n\n${finding.id}`, ...[...names].map((name) => `${place}\n${name}`)]
}

/** The names of one finding lead to another, which is the same flaw. */
function addTo(placed: Placed, named: Finding, finding: Finding): void {
  const database = databaseOf(finding.id)
  for (const key of keysOf(named)) {
    const there = placed.get(key)
    if (there === undefined) placed.set(key, new Map([[database, finding]]))
    else if (!there.has(database)) there.set(database, finding)
  }
}

function sameFlawAs(fresh: Finding, placed: Placed): Finding | undefined {
  const [record = '', ...names] = keysOf(fresh)
  const database = databaseOf(fresh.id)
  const others = names.flatMap((key) => [...(placed.get(key) ?? [])])
  return placed.get(record)?.values().next().value ?? others.find(([of]) => of !== database)?.[1]
}

/**
 * A finding for each place where that package is. An engine names a file by words of its own, and the same package may be
 * in several: where none of them is the one it names, it is about all.
 */
function findingsOf(
  told: EngineFinding,
  {
    engine,
    components,
    facts,
  }: { engine: EngineName; components: ReadonlyMap<string, readonly Component[]>; facts: MatchFacts },
): Finding[] {
  const known = componentsOf(told, components)
  const named = known.filter(({ file }) => file === told.file)
  const places = named.length > 0 ? named : known
  return places.length === 0
    ? [{ ...bareOf(told, facts), ...nowhere(told), seenBy: [engine] }]
    : places.map((component) => {
        const fixed = firstFixBehind(component, told.fixes)
        return {
          ...bareOf(told, facts),
          package: component.name,
          version: component.version,
          presence: component.presence,
          path: component.path,
          ecosystem: component.ecosystem,
          file: component.file,
          line: component.line,
          fixed,
          bump:
            fixed === null || component.path.length === 0
              ? null
              : planBump(component, fixed, facts.isInRange),
          seenBy: [engine],
        }
      })
}

/**
 * Of the versions that mend a flaw in several lines of releases, the first behind this one; null where none is. Where
 * versions cannot be compared, only what is the only one is told.
 */
function firstFixBehind(
  { ecosystem, version }: { ecosystem: string; version: string },
  fixes: readonly string[],
): string | null {
  const compare = versionOrderOf(ecosystem) ?? (() => null)
  const later = fixes.filter((fix) => (compare(fix, version) ?? 0) > 0)
  if (later.length > 0) return later.reduce((first, fix) => ((compare(fix, first) ?? 0) < 0 ? fix : first))
  const [only, ...others] = new Set(fixes)
  return only === undefined || others.length > 0 || compare(only, version) !== null ? null : only
}

/**
 * A name as it is written, or as PyPI or GitHub know it, in the registry that the engine says; where it says none, or there
 * is no such package in that, in any.
 */
function componentsOf(
  { package: name, version, registry }: EngineFinding,
  components: ReadonlyMap<string, readonly Component[]>,
): readonly Component[] {
  const keys = ['', 'PyPI', 'GitHub Actions'].map((ecosystem) => packageOf(ecosystem, name, version))
  const known = [...new Set(keys)].flatMap((key) =>
    (components.get(key) ?? []).filter(({ ecosystem }) => packageOf(ecosystem, name, version) === key),
  )
  const said = known.filter(({ ecosystem }) => ecosystem === registry)
  return said.length > 0 ? said : known
}

/** What only the engine has seen: nobody here knows where it comes from, or whether it ships. */
const nowhere = ({ package: name, version, file, fixes }: EngineFinding) => ({
  ...{ package: name, version, presence: 'unknown' as const, path: [] },
  ...{ ecosystem: 'unknown', file: file ?? '', line: null, bump: null },
  fixed: firstFixBehind({ ecosystem: 'unknown', version }, fixes),
})

function bareOf(told: EngineFinding, { exploited, probabilities }: MatchFacts) {
  const [id, ...aliases] = told.ids
  const { kind, severity, score, summary } = told
  const cves = told.ids.map(flawName)
  const known = cves.flatMap((cve) => probabilities?.get(cve) ?? [])
  return {
    ...{ id, aliases, kind, severity, score, summary, waiver: null },
    isExploited: exploited === null ? null : cves.some((cve) => exploited.has(cve)),
    exploitProbability: known.length === 0 ? null : Math.max(...known),
  }
}

/** Distributions put a name of their own before that of a CVE. */
const flawName = (id: string): string => /(?:^|-)(CVE-\d{4}-\d+)$/i.exec(id)?.[1]?.toUpperCase() ?? id

/** Worst first, as `advisoryKinds` has them; yanked is no flaw and comes last. */
const kindRanks = ['malicious', 'vulnerability', 'unsound', 'unmaintained', 'notice', 'yanked'] as const

function joined(before: Finding, told: Finding): Partial<Finding> {
  const own = new Set([before.id, ...before.aliases])
  const names = new Set(
    [...(before.alsoKnownAs ?? []), told.id, ...told.aliases].filter((id) => !own.has(id)),
  )
  const { severity, score } = worstOf([before, told])
  return {
    severity,
    score,
    ...(names.size === 0 ? {} : { alsoKnownAs: [...names].slice(0, NAMES_MAX) }),
    kind: kindRanks.find((kind) => kind === before.kind || kind === told.kind) ?? before.kind,
    fixed: before.fixed ?? told.fixed,
    bump: before.bump ?? told.bump,
    isExploited: before.isExploited === true || told.isExploited === true || before.isExploited,
    seenBy: [...new Set([...(before.seenBy ?? []), ...(told.seenBy ?? [])])],
  }
}
