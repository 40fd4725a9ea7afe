import type { ComponentSource, Inventory, InventoryGap } from '../component.ts'
import { inventoryOf } from '../dependency-graph.ts'
import type { DependencyNode, Need } from '../dependency-graph.ts'
import { fieldsOf, isPlainText, listOf, tooLarge, unreadable } from './lockfile.ts'
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

/** What an entry says of itself, before it is known who asks for whom. */
interface Entry {
  fields: Fields
  line: number | null
  name: string
  version: string
  source: ComponentSource
  key: string
}

/** Lockfiles are long and read by programs that have just started: each entry becomes one object, and is not copied. */
function inventoryFrom(path: string, { root, packages }: TomlPackages): Inventory {
  const gaps: InventoryGap[] = []
  const entries: Entry[] = []
  const first = root.has('root') ? [{ fields: fieldsOf(root.get('root')), line: null }] : []
  for (const { fields, line } of [...first, ...packages]) {
    const [name, version] = [fields.get('name'), fields.get('version')]
    const source = fields.get('source') ?? null
    if (isPlainText(name) && isPlainText(version) && (source === null || isPlainText(source))) {
      entries.push({
        fields,
        line,
        name,
        version,
        source: sourceOf(source),
        key: keyOf(name, version, source),
      })
    } else gaps.push({ file: path, line, message: 'a package has no readable name, version and source' })
  }
  const find = findIn(entries)
  const needs = entries.map(({ fields }) => needsOf(fields, find))
  const isRoot = rootRule(entries, needs)
  const nodes = entries.map((entry, at): DependencyNode => ({
    key: entry.key,
    name: entry.name,
    version: entry.version,
    source: entry.source,
    line: entry.line,
    alias: null,
    isRoot: isRoot(entry),
    isDev: null,
    needs: needs[at] ?? [],
  }))
  return inventoryOf({ file: path, ecosystem: 'crates.io', nodes, gaps })
}

const keyOf = (name: string, version: string, source: string | null): string =>
  `${name} ${version}${source === null ? '' : ` (${source})`}`

function sourceOf(source: string | null): ComponentSource {
  if (source === null || source.startsWith('path+')) return 'path'
  if (cratesIo.has(source)) return 'registry'
  return source.startsWith('git+') ? 'git' : 'other-registry'
}

/** An entry by `name`, `name version` or `name version (source)`: Cargo writes as little as tells it from others. */
function findIn(entries: readonly Entry[]): (wanted: string) => string | null {
  const byText = new Map<string, string>()
  const add = (text: string, key: string): void => {
    if (!byText.has(text)) byText.set(text, key)
  }
  for (const { key, name, version } of entries) {
    add(key, key)
    add(`${name} ${version}`, key)
    add(name, key)
  }
  return (wanted) => byText.get(wanted) ?? byText.get(wanted.replace(/ \(.*\)$/, '')) ?? null
}

function needsOf(fields: Fields, find: (wanted: string) => string | null): Need[] {
  const needs: Need[] = []
  for (const wanted of listOf(fields.get('dependencies'))) {
    const key = typeof wanted === 'string' ? find(wanted) : null
    if (key !== null) needs.push({ key, range: null, isDev: false })
  }
  return needs
}

/** Ways begin at the paths that nothing asks for; in a workspace whose members all ask for each other, at every path. */
function rootRule(entries: readonly Entry[], needs: readonly (readonly Need[])[]): (entry: Entry) => boolean {
  const wanted = new Set<string>()
  for (const own of needs) for (const { key } of own) wanted.add(key)
  const isFree = ({ key, source }: Entry): boolean => source === 'path' && !wanted.has(key)
  return entries.some(isFree) ? isFree : ({ source }) => source === 'path'
}
