import type {
  Component,
  ComponentSource,
  Ecosystem,
  Inventory,
  InventoryGap,
  Requirement,
} from './component.ts'

/** One entry of a lockfile, with what it asks for by the keys of other entries. */
export interface DependencyNode {
  key: string
  name: string
  version: string
  source: ComponentSource
  line: number | null
  alias: string | null
  /** The project itself, or a member of its workspace: where ways begin. */
  isRoot: boolean
  /** What the file says of it; null where the format leaves that to the graph, or to nobody. */
  isDev: boolean | null
  needs: readonly Need[]
}

export interface Need {
  key: string
  range: string | null
  /** Asked for by a project to develop it, not to run it. */
  isDev: boolean
}

/** An entry with what most formats do not say left at its usual value. */
export const dependencyNode = (
  given: Pick<DependencyNode, 'key' | 'name' | 'version'> & Partial<DependencyNode>,
): DependencyNode => ({
  source: 'registry',
  line: null,
  alias: null,
  isRoot: false,
  isDev: null,
  needs: [],
  ...given,
})

/** Where a file does not name the project, ways begin at what nothing asks for. */
export function rooted(nodes: readonly DependencyNode[]): DependencyNode[] {
  if (nodes.some(({ isRoot }) => isRoot)) return [...nodes]
  const wanted = new Set(nodes.flatMap(({ needs }) => needs.map(({ key }) => key)))
  const needs = nodes
    .filter(({ key }) => !wanted.has(key))
    .map(({ key }) => ({ key, range: null, isDev: false }))
  return [
    dependencyNode({ key: '', name: 'this project', version: '', source: 'path', isRoot: true, needs }),
    ...nodes,
  ]
}

/** Most dependents that are kept of one component: enough to say who blocks a bump. */
const DEPENDENTS_MAX = 50

/** Longest way that is told; what is deeper has its middle left out. */
const PATH_LENGTH_MAX = 64

/** Turns entries into components: shortest ways, who asks for whom, and what only development reaches. */
export function inventoryOf(input: {
  file: string
  ecosystem: Ecosystem
  nodes: readonly DependencyNode[]
  gaps?: readonly InventoryGap[]
}): Inventory {
  const { file, ecosystem, nodes, gaps = [] } = input
  const byKey = new Map(nodes.map((node) => [node.key, node]))
  const roots = nodes.filter(({ isRoot }) => isRoot)
  const steps = waysFrom(roots, byKey)
  const running = reachableFrom(roots, byKey)
  const dependents = dependentsOf(nodes)
  const components = nodes
    // What has no version is a link to a member of the workspace: the member itself is listed.
    .filter(({ isRoot, version }) => !isRoot && version !== '')
    .map((node): Component => ({
      ecosystem,
      name: node.name,
      version: node.version,
      source: node.source,
      alias: node.alias,
      presence: isDevOnly(node, steps, running) ? 'dev-only' : 'unknown',
      file,
      line: node.line,
      path: pathTo(node, steps),
      requiredBy: dependents.get(node.key) ?? [],
    }))
  return { file, ecosystem, components, gaps }
}

const isDevOnly = (
  { key, isDev }: DependencyNode,
  reached: ReadonlyMap<string, unknown>,
  running: ReadonlySet<string>,
): boolean => isDev ?? (reached.has(key) && !running.has(key))

/** How an entry was reached: by which one, and where the way begins. */
interface Step {
  before: DependencyNode | null
  start: DependencyNode
}

/** Every entry that some way leads to. */
function waysFrom(
  roots: readonly DependencyNode[],
  byKey: ReadonlyMap<string, DependencyNode>,
): Map<string, Step> {
  const steps = new Map<string, Step>(roots.map((root) => [root.key, { before: null, start: root }]))
  const queue = [...roots]
  for (const node of queue) {
    const start = steps.get(node.key)?.start ?? node
    for (const { key } of node.needs) {
      const next = byKey.get(key)
      if (next === undefined || steps.has(key)) continue
      steps.set(key, { before: node, start })
      queue.push(next)
    }
  }
  return steps
}

/** Entries that are needed to run, not only to develop. */
function reachableFrom(
  roots: readonly DependencyNode[],
  byKey: ReadonlyMap<string, DependencyNode>,
): Set<string> {
  const reached = new Set(roots.map(({ key }) => key))
  const queue = [...roots]
  for (const node of queue)
    for (const { key, isDev } of node.needs) {
      const next = byKey.get(key)
      if (isDev || next === undefined || reached.has(key)) continue
      reached.add(key)
      queue.push(next)
    }
  return reached
}

function dependentsOf(nodes: readonly DependencyNode[]): Map<string, Requirement[]> {
  const dependents = new Map<string, Requirement[]>()
  for (const { name, version, needs } of nodes)
    for (const { key, range } of needs) {
      const known = dependents.get(key) ?? []
      if (known.length < DEPENDENTS_MAX) known.push({ name, version, range })
      dependents.set(key, known)
    }
  return dependents
}

/** Never walks further than is told, so that a chain of a hundred thousand costs no more than many short ones. */
function pathTo(node: DependencyNode, steps: ReadonlyMap<string, Step>): string[] {
  const path: string[] = []
  let at: DependencyNode | null = node
  while (at !== null && path.length < PATH_LENGTH_MAX) {
    path.push(nameAndVersion(at))
    at = steps.get(at.key)?.before ?? null
  }
  const start = steps.get(node.key)?.start
  if (at !== null && start !== undefined) path.push('...', nameAndVersion(start))
  return path.toReversed()
}

const nameAndVersion = ({ name, version }: DependencyNode): string =>
  version === '' ? name : `${name} ${version}`
