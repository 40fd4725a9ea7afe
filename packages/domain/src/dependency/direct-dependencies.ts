import type { AuditResult } from '../advisory/audit.ts'
import type { Finding } from '../advisory/finding.ts'
import { versionOrderOf } from '../advisory/version-order-of.ts'
import type { Component, Inventory, Requirement } from '../inventory/component.ts'
import { compareText } from '../version/order.ts'

/** What the advisories at hand say of one locked package. Nothing is `none` that they could not have said. */
export type AdvisedState = 'none' | 'bump' | 'no-fix' | 'unknown'

/** One package that a project asks for itself, as one file pins it. */
export interface DirectDependency {
  ecosystem: string
  name: string
  /** Name the project gives it, where that differs. */
  alias: string | null
  locked: string
  file: string
  /** From 1; null where the format does not let it be known. */
  line: number | null
  presence: Component['presence']
  source: Component['source']
  /** The projects that ask for it, and by which range; empty where the file does not say. */
  askedBy: readonly Requirement[]
  /** The newest version upstream: nobody knows without the network. */
  newest: null
  state: AdvisedState
  advised: Advised | null
  /** What advisories say of packages that came with it, each once. */
  underneath: readonly AdvisedPackage[]
}

/** What to do about everything that is known of one package in one version. */
export interface Advised {
  advisories: readonly string[]
  /** The newest of the versions that its advisories ask for; null where none of them has one. */
  to: string | null
  /** Those of them that no version mends yet. */
  unfixed: readonly string[]
  /** Changes the lockfile and nothing else; null where somebody is in the way, or there is no fixed version. */
  command: string | null
  blockedBy: readonly Requirement[]
}

export interface AdvisedPackage extends Advised {
  name: string
  version: string
  /** From the direct dependency to it, each as `name version`. */
  way: readonly string[]
}

/**
 * The direct dependencies of every file, with what an audit of the same inventories found of them and below them. A package
 * is direct where a project, or a member of its workspace, asks for it; formats that do not tell who asks (yarn 1, Poetry,
 * requirements) have as direct what nothing else in them asks for. Sorted by file and name; a pure function.
 */
export function directDependencies(
  inventories: readonly Inventory[],
  { findings, lockfiles }: Pick<AuditResult, 'findings' | 'lockfiles'>,
): DirectDependency[] {
  const covered = new Set(lockfiles.filter(({ isCovered }) => isCovered).map(fileAndEcosystem))
  const byPackage = Map.groupBy(findings, (finding) => keyOf(finding, finding.package, finding.version))
  return inventories
    .flatMap((inventory) => {
      const isProject = projectRule(inventory.components)
      const below = underneathOf(inventory, findings)
      return inventory.components.filter(isDirectBy(isProject)).map((component): DirectDependency => {
        const { ecosystem, name, alias, version, file, line, presence, source } = component
        const own = byPackage.get(keyOf(component, name, version)) ?? []
        const advised = own.length === 0 ? null : advisedBy(own)
        const isComparable = source === 'registry' && covered.has(fileAndEcosystem(inventory))
        return {
          ...{ ecosystem, name, alias, locked: version, file, line, presence, source },
          askedBy: component.requiredBy.filter(isProject),
          newest: null,
          state: stateOf(advised, isComparable),
          advised,
          underneath: below.get(`${name} ${version}`) ?? [],
        }
      })
    })
    .toSorted(byFileAndName)
}

const fileAndEcosystem = ({ file, ecosystem }: { file: string; ecosystem: string }): string =>
  `${ecosystem}\n${file}`

const keyOf = (place: { file: string; ecosystem: string }, name: string, version: string): string =>
  [fileAndEcosystem(place), name, version].join('\n')

const byFileAndName = (a: DirectDependency, b: DirectDependency): number =>
  compareText(a.file, b.file) || compareText(a.name, b.name) || compareText(a.locked, b.locked)

/** Whether who asks is of the repository itself: where a way begins, or a path. */
function projectRule(components: readonly Component[]): (asker: Requirement) => boolean {
  const projects = new Set<string>()
  for (const { name, version, source, path } of components) {
    const [start] = path
    if (start !== undefined && path.length > 1) projects.add(start)
    if (source === 'path') projects.add(`${name} ${version}`)
  }
  return ({ name, version }) => projects.has(version === '' ? name : `${name} ${version}`)
}

/** Members of the workspace are the project, not its dependencies. Of very many askers not all are kept: the way tells too. */
const isDirectBy =
  (isProject: (asker: Requirement) => boolean) =>
  ({ source, path, requiredBy }: Component): boolean =>
    source !== 'path' && (path.length === 2 || requiredBy.some(isProject))

const stateOf = (advised: Advised | null, isComparable: boolean): AdvisedState => {
  if (advised === null) return isComparable ? 'none' : 'unknown'
  return advised.to === null ? 'no-fix' : 'bump'
}

/** Everything that is known of one package, as one thing to do. */
function advisedBy(own: readonly Finding[]): Advised {
  const idsOf = (some: readonly Finding[]): string[] =>
    [...new Set(some.map(({ id }) => id))].toSorted(compareText)
  const [last] = own.filter(({ fixed }) => fixed !== null).toSorted(newestFixFirst)
  return {
    advisories: idsOf(own),
    to: last?.fixed ?? null,
    unfixed: idsOf(own.filter(({ fixed }) => fixed === null)),
    command: last?.bump?.command ?? null,
    blockedBy: last?.bump?.blockedBy ?? [],
  }
}

const newestFixFirst = (a: Finding, b: Finding): number =>
  versionOrderOf(a.ecosystem)?.(b.fixed ?? '', a.fixed ?? '') || compareText(b.fixed ?? '', a.fixed ?? '')

/** What is known of packages that a direct dependency brought, by the direct one as `name version`. */
function underneathOf(
  { file, ecosystem, components }: Inventory,
  findings: readonly Finding[],
): Map<string, AdvisedPackage[]> {
  const isProject = projectRule(components)
  const direct = new Set(
    components.filter(isDirectBy(isProject)).map(({ name, version }) => `${name} ${version}`),
  )
  const own = findings.filter((finding) => finding.file === file && finding.ecosystem === ecosystem)
  const below = new Map<string, AdvisedPackage[]>()
  for (const group of Map.groupBy(own, (finding) =>
    keyOf(finding, finding.package, finding.version),
  ).values()) {
    const [first] = group
    if (first === undefined) continue
    const { package: name, version, path } = first
    if (direct.has(`${name} ${version}`)) continue
    const at = path.findIndex((step, place) => place > 0 && direct.has(step))
    const from = path[at]
    if (from === undefined) continue
    below.set(from, [...(below.get(from) ?? []), { name, version, way: path.slice(at), ...advisedBy(group) }])
  }
  return below
}
