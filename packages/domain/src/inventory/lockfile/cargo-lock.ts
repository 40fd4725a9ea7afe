import type { ComponentSource, InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf } from '../dependency-graph.ts'
import type { DependencyNode } from '../dependency-graph.ts'
import { fieldsOf, isPlainText, listOf, textOf, tooLarge, unreadable } from './lockfile.ts'
import type { Fields, LockfileReading, LockfileText } from './lockfile.ts'
import { readCargoLines } from './cargo-lines.ts'

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
  const version = toml.root.get('version') ?? 1
  if (typeof version !== 'number' || version > VERSION_MAX)
    return unreadable(
      file.path,
      `is a Cargo.lock of version ${JSON.stringify(version)}; versions 1 to ${VERSION_MAX} are known`,
    )
  if (!toml.root.has('package') && !toml.root.has('root'))
    return file.text.trim() === '' || toml.root.size > 1 || !toml.root.has('version')
      ? unreadable(file.path, 'holds no [[package]], so it is no Cargo.lock')
      : { ok: true, inventory: inventoryOf({ file: file.path, ecosystem: 'crates.io', nodes: [] }) }
  const gaps: InventoryGap[] = []
  const first = toml.root.has('root') ? [{ fields: fieldsOf(toml.root.get('root')), line: null }] : []
  const entries = [...first, ...toml.packages].flatMap(({ fields, line }) => {
    const [name, number] = [fields.get('name'), fields.get('version')]
    if (isPlainText(name) && isPlainText(number)) return [{ fields, line, name, version: number }]
    gaps.push({ file: file.path, line, message: 'a package has no readable name and version' })
    return []
  })
  const nodes = entries.map(({ fields, line, name, version: number }) =>
    dependencyNode({ key: keyOf(name, number, textOf(fields.get('source'))), name, version: number, line }),
  )
  const find = findIn(nodes)
  const linked = nodes.map((node, at) => {
    const fields = entries[at]?.fields ?? new Map<string, unknown>()
    return { ...node, source: sourceOf(textOf(fields.get('source'))), needs: needsOf(fields, find) }
  })
  return {
    ok: true,
    inventory: inventoryOf({ file: file.path, ecosystem: 'crates.io', nodes: rooted(linked), gaps }),
  }
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
