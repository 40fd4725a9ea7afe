import type { Component, Inventory } from '../../inventory/component.ts'
import { packageKey } from '../../inventory/package-key.ts'
import type { Finding } from '../finding.ts'
import type { MatchFacts } from '../match-inventory.ts'
import { databaseOf } from '../merge-aliases.ts'
import { planBump } from '../plan-bump.ts'
import { worstOf } from '../severity.ts'
import type { EngineFinding, EngineName, EngineReport } from './engine.ts'

/** Who sees for itself: what Towpath's own matcher is called beside engines. */
const OWN_NAME = 'towpath'

interface Given {
  /** What Towpath found itself. */
  findings: readonly Finding[]
  reports: readonly EngineReport[]
  inventories: readonly Inventory[]
  facts: MatchFacts
}

/**
 * Findings of several engines as one list. One flaw (by any of its names) of one package in one version of one file is one
 * finding, which names who saw it, and is as bad as the worst of them says: no engine makes the word of another milder.
 * Without engines nothing is changed.
 */
export function mergeEngineFindings({ findings, reports, inventories, facts }: Given): readonly Finding[] {
  if (reports.length === 0) return findings
  const merged: Finding[] = findings.map((finding) => ({ ...finding, seenBy: [OWN_NAME] }))
  const placed = new Map<string, Finding[]>()
  for (const finding of merged) addTo(placed, finding)
  const components = Map.groupBy(
    inventories.flatMap((inventory) => inventory.components),
    ({ name, version, ecosystem }) => packageOf(ecosystem, name, version),
  )
  for (const { engine, ...report } of reports)
    for (const told of report.ok ? report.findings : [])
      for (const fresh of findingsOf(told, { engine, components, facts })) {
        const same = placed
          .get(keyOf(fresh))
          ?.find((finding) => finding.file === fresh.file && isSameFlaw(finding, fresh))
        if (same === undefined) {
          merged.push(fresh)
          addTo(placed, fresh)
        } else Object.assign(same, joined(same, fresh))
      }
  return merged
}

/** `v1.2.3` and `1.2.3` are one version of Go. */
const packageOf = (ecosystem: string, name: string, version: string): string =>
  `${packageKey(ecosystem, name)} ${version.replace(/^v(?=\d)/, '')}`

const keyOf = ({ ecosystem, package: name, version }: Finding): string => packageOf(ecosystem, name, version)

function addTo(placed: Map<string, Finding[]>, finding: Finding): void {
  const key = keyOf(finding)
  placed.set(key, [...(placed.get(key) ?? []), finding])
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
    : places.map((component) => ({
        ...bareOf(told, facts),
        package: component.name,
        version: component.version,
        presence: component.presence,
        path: component.path,
        ecosystem: component.ecosystem,
        file: component.file,
        line: component.line,
        bump:
          told.fixed === null || component.path.length === 0
            ? null
            : planBump(component, told.fixed, facts.isInRange),
        seenBy: [engine],
      }))
}

/** A name as it is written, or as PyPI or GitHub know it: engines do not say which registry they mean. */
function componentsOf(
  { package: name, version }: EngineFinding,
  components: ReadonlyMap<string, readonly Component[]>,
): readonly Component[] {
  const keys = ['', 'PyPI', 'GitHub Actions'].map((ecosystem) => packageOf(ecosystem, name, version))
  return [...new Set(keys)].flatMap((key) =>
    (components.get(key) ?? []).filter(({ ecosystem }) => packageOf(ecosystem, name, version) === key),
  )
}

/** What only the engine has seen: nobody here knows where it comes from, or whether it ships. */
const nowhere = ({ package: name, version, file }: EngineFinding) => ({
  ...{ package: name, version, presence: 'unknown' as const, path: [] },
  ...{ ecosystem: 'unknown', file: file ?? '', line: null, bump: null },
})

function bareOf(told: EngineFinding, { exploited, probabilities }: MatchFacts) {
  const [id, ...aliases] = told.ids
  const { kind, severity, score, fixed, summary } = told
  const cves = told.ids.map(flawName)
  const known = cves.flatMap((cve) => probabilities?.get(cve) ?? [])
  return {
    ...{ id, aliases, kind, severity, score, fixed, summary, waiver: null },
    isExploited: exploited === null ? null : cves.some((cve) => exploited.has(cve)),
    exploitProbability: known.length === 0 ? null : Math.max(...known),
  }
}

/** Distributions put a name of their own before that of a CVE. */
const flawName = (id: string): string => /(?:^|-)(CVE-\d{4}-\d+)$/i.exec(id)?.[1]?.toUpperCase() ?? id

/** Two records of one database are two flaws, also where they share an alias. */
const isSameFlaw = (one: Finding, other: Finding): boolean => {
  if (databaseOf(one.id) === databaseOf(other.id)) return one.id === other.id
  const names = new Set([one.id, ...one.aliases].map(flawName))
  return [other.id, ...other.aliases].some((id) => names.has(flawName(id)))
}

/** Worst first, as `advisoryKinds` has them; yanked is no flaw and comes last. */
const kindRanks = ['malicious', 'vulnerability', 'unsound', 'unmaintained', 'notice', 'yanked'] as const

function joined(before: Finding, told: Finding): Partial<Finding> {
  const names = new Set([...before.aliases, told.id, ...told.aliases])
  names.delete(before.id)
  const { severity, score } = worstOf([before, told])
  return {
    severity,
    score,
    aliases: [...names],
    kind: kindRanks.find((kind) => kind === before.kind || kind === told.kind) ?? before.kind,
    fixed: before.fixed ?? told.fixed,
    bump: before.bump ?? told.bump,
    isExploited: before.isExploited === true || told.isExploited === true || before.isExploited,
    seenBy: [...new Set([...(before.seenBy ?? []), ...(told.seenBy ?? [])])],
  }
}
