import type { Component, Inventory, InventoryGap, NameAndVersion } from '../inventory/component.ts'
import { compareText } from '../version/order.ts'
import type { Advisory, AdvisoryKind } from './advisory.ts'
import type { AdvisoryIndex } from './advisory-lines.ts'
import { affects } from './affects.ts'
import type { Finding } from './finding.ts'
import { mergeAliases } from './merge-aliases.ts'
import { planBump } from './plan-bump.ts'
import type { IsInRange } from './plan-bump.ts'
import { severityOf, worstOf } from './severity.ts'

/** What else is known when findings are made; each part may be absent. */
export interface MatchFacts {
  /** Score of a vector, where it was computed before. */
  score: (vector: string) => number | null
  /** CVE ids that are known to be exploited; null where no list is loaded. */
  exploited: ReadonlySet<string> | null
  /** EPSS probability by CVE id; null where none is loaded. */
  probabilities: ReadonlyMap<string, number> | null
  isInRange: IsInRange
}

export interface Matched {
  findings: readonly Finding[]
  /** Why the findings may not be all: what could not be compared. */
  gaps: readonly InventoryGap[]
  /** Components that no advisory can name: other code under a name, from a path, a repository or another registry. */
  notCompared: number
}

/**
 * Everything that advisories say of an inventory: a pure function of both. Only what comes from the registry of its
 * ecosystem is compared, as RustSec has it; names are compared by their keys in it.
 */
export function matchInventory(inventory: Inventory, index: AdvisoryIndex, facts: MatchFacts): Matched {
  const findings: Finding[] = []
  const gaps: InventoryGap[] = [...inventory.gaps]
  let notCompared = 0
  for (const component of inventory.components) {
    if (component.source === 'other-registry') gaps.push(otherRegistryGap(component))
    if (component.source !== 'registry') {
      notCompared += 1
      continue
    }
    const answers = namesIn(component).flatMap(({ name, version }) =>
      index.find(name).map((advisory) => ({ advisory, affects: affects(advisory, version) })),
    )
    if (answers.length === 0) continue
    if (answers.some(({ affects: { answer } }) => answer === 'unknown')) gaps.push(unreadableGap(component))
    const concerned = answers.flatMap(({ advisory, affects: answer }) =>
      answer.answer === 'yes' ? [{ advisory, fixed: answer.fixed }] : [],
    )
    for (const group of mergeAliases(concerned)) findings.push(findingOf(component, group, facts))
  }
  return { findings: findings.toSorted(byPackage), gaps, notCompared }
}

/**
 * What advisories may call a component. Distributions publish for source packages, whose version may be another one too;
 * of those with RPM packages AlmaLinux and Red Hat name what is installed, openSUSE the source, and Rocky Linux both.
 */
function namesIn(component: Component): NameAndVersion[] {
  const { origin, ecosystem } = component
  if (origin === undefined) return [component]
  if (!/^(?:Rocky Linux|AlmaLinux|Red Hat|openSUSE):/.test(ecosystem)) return [origin]
  return origin.name === component.name ? [component] : [component, origin]
}

/** Advisories of one flaw, the one that gives its name first. */
export interface FlawGroup {
  advisory: Advisory
  aliases: readonly string[]
  upstream: readonly string[]
  fixed: string | null
  /** The worst that any of them says. */
  kind: AdvisoryKind
  /** What each of them says of how bad it is. */
  ratings: readonly Pick<Advisory, 'vectors' | 'rating'>[]
}

function findingOf(component: Component, group: FlawGroup, facts: MatchFacts): Finding {
  const { advisory, aliases, fixed } = group
  const { severity, score } = worstOf(group.ratings.map((own) => severityOf(own, facts.score)))
  const cves = [advisory.id, ...aliases, ...group.upstream].flatMap(cveIn)
  const probabilities = cves.flatMap((id) => facts.probabilities?.get(id) ?? [])
  return {
    id: advisory.id,
    aliases,
    package: component.name,
    version: component.version,
    kind: group.kind,
    severity,
    score,
    fixed,
    presence: component.presence,
    path: component.path,
    ecosystem: component.ecosystem,
    file: component.file,
    line: component.line,
    summary: advisory.summary,
    // What was found in an image has no way to it, and is not mended by changing a lockfile beside it: the next build is.
    bump: fixed === null || component.path.length === 0 ? null : planBump(component, fixed, facts.isInRange),
    isExploited: facts.exploited === null ? null : cves.some((id) => facts.exploited?.has(id)),
    exploitProbability: probabilities.length === 0 ? null : Math.max(...probabilities),
    waiver: null,
  }
}

/** Distributions put a name of their own in front, as in `DEBIAN-CVE-2026-0001`. */
function cveIn(id: string): string[] {
  const cve = /(?:^|-)(CVE-\d{4}-\d+)$/i.exec(id)?.[1]
  return cve === undefined ? [] : [cve.toUpperCase()]
}

const otherRegistryGap = ({ file, line, name, version }: Component): InventoryGap => ({
  file,
  line,
  message: `${name} ${version} comes from another registry, of which no advisory is known here`,
})

const unreadableGap = ({ file, line, name, version }: Component): InventoryGap => ({
  file,
  line,
  message: `${name} ${version}: this version cannot be compared with the advisories there are for it`,
})

const byPackage = (a: Finding, b: Finding): number =>
  compareText(a.file, b.file) ||
  compareText(a.package, b.package) ||
  compareText(a.version, b.version) ||
  compareText(a.id, b.id)
