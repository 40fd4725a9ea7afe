import type { ComponentSource, Inventory, InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf } from '../dependency-graph.ts'
import type { DependencyNode } from '../dependency-graph.ts'
import { fieldsOf, isPlainText, listOf, textOf, tooLarge, unreadable } from './lockfile.ts'
import type { Fields, LockfileReading, LockfileText } from './lockfile.ts'
import { readCargoLines } from './cargo-lines.ts'
import type { TomlPackages } from './toml-packages.ts'

/** Newest form that is known; a later one may say what this reader does not understand. */
const VERSION_MAX = 4

const cratesIo = new Set([
  'registry+https://github.com/rust-lang/crates.io-index',
  'sparse+https://index.crates.io/',
])

/**
 * `Cargo.lock`, versions 1 to 4. What has no source is a member of the workspace or a path; what Cargo lists as unused
 * patches is in no build and is left out. The file does not tell development from the rest.
 */
export async function readCargoLock(file: LockfileText): Promise<LockfileReading> {
  const refused = tooLarge(file)
  if (refused !== null) return refused
  const toml = readCargoLines(file.text) ?? (await import('./toml-packages.ts')).readTomlPackages(file)
  if (!toml.ok) return toml
  const problem = whyNoCargoLock(toml.root)
  return problem === null
    ? { ok: true, inventory: inventoryFrom(file.path, toml) }
    : unreadable(file.path, problem)
}

function whyNoCargoLock(root: Fields): string | null {
  const version = root.get('version') ?? 1
  if (typeof version !== 'number' || version > VERSION_MAX)
    return `is a Cargo.lock of version ${JSON.stringify(version)}; versions 1 to ${VERSION_MAX} are known`
  // A workspace without members is written as nothing but its version.
  const isEmpty = root.size === 1 && root.has('version')
  return root.has('package') || root.has('root') || isEmpty
    ? null
    : 'holds no [[package]], so it is no Cargo.lock'
}

function inventoryFrom(path: string, { root, packages }: TomlPackages): Inventory {
  const gaps: InventoryGap[] = []
  const first = root.has('root') ? [{ fields: fieldsOf(root.get('root')), line: null }] : []
  const entries = [...first, ...packages].flatMap(({ fields, line }) => {
    const [name, version] = [fields.get('name'), fields.get('version')]
    if (isPlainText(name) && isPlainText(version)) return [{ fields, line, name, version }]
    gaps.push({ file: path, line, message: 'a package has no readable name and version' })
    return []
  })
  const nodes = entries.map(({ fields, line, name, version }) => {
    const source = textOf(fields.get('source'))
    return dependencyNode({
      key: keyOf(name, version, source),
      name,
      version,
      line,
      source: sourceOf(source),
    })
  })
  const find = findIn(nodes)
  const linked = nodes.map((node, at) => ({
    ...node,
    needs: needsOf(entries[at]?.fields ?? new Map<string, unknown>(), find),
  }))
  return inventoryOf({ file: path, ecosystem: 'crates.io', nodes: rooted(linked), gaps })
}

const keyOf = (name: string, version: string, source: string | null): string =>
  `${name} ${version}${source === null ? '' : ` (${source})`}`

function sourceOf(source: string | null): ComponentSource {
  if (source === null || source.startsWith('path+')) return 'path'
  if (cratesIo.has(source)) return 'registry'
  return source.startsWith('git+') ? 'git' : 'other-registry'
}

/** An entry by `name`, `name version` or `name version (source)`: Cargo writes as little as tells it from others. */
function findIn(nodes: readonly DependencyNode[]): (wanted: string) => string | null {
  const byText = new Map<string, string>()
  for (const { key, name, version } of nodes)
    for (const text of [key, `${name} ${version}`, name]) if (!byText.has(text)) byText.set(text, key)
  return (wanted) => byText.get(wanted) ?? byText.get(wanted.replace(/ \(.*\)$/, '')) ?? null
}

const needsOf = (fields: Fields, find: (wanted: string) => string | null): DependencyNode['needs'] =>
  listOf(fields.get('dependencies')).flatMap((wanted) => {
    const key = typeof wanted === 'string' ? find(wanted) : null
    return key === null ? [] : [{ key, range: null, isDev: false }]
  })

/** Ways begin at the paths that nothing asks for; in a workspace whose members all ask for each other, at every path. */
function rooted(nodes: readonly DependencyNode[]): DependencyNode[] {
  const wanted = new Set(nodes.flatMap(({ needs }) => needs.map(({ key }) => key)))
  const isFree = ({ key, source }: DependencyNode): boolean => source === 'path' && !wanted.has(key)
  const areFree = nodes.some(isFree)
  return nodes.map((node) => ({ ...node, isRoot: areFree ? isFree(node) : node.source === 'path' }))
}
