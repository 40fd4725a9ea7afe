import { childOf, isNull, mapTree, textOf, withEntries } from './tree.ts'
import type { Entry, ListTree, MapTree, Tree } from './tree.ts'
import { targetOfVolume } from './volume-text.ts'

/**
 * Lays one file (in long form) over another by the compose specification, chapter "Merge and override": maps merge,
 * lists append, commands and health tests are replaced, list items that mean the same thing replace each other,
 * `!reset` takes away and `!override` replaces.
 */
export function mergeFiles(base: MapTree, over: MapTree): MapTree {
  return mergeMaps(base, over, [])
}

/** Lays one service over another, for `extends`. */
export function mergeServices(base: MapTree, over: MapTree): MapTree {
  return mergeMaps(base, over, ['services', '*'])
}

/** Applies the merge rules a file has in itself, as if laid over nothing. */
export const settled = (file: MapTree): MapTree => mergeMaps(mapTree(file.at, []), file, [])

function mergeMaps(base: MapTree, over: MapTree, path: readonly string[]): MapTree {
  const entries = new Map(base.entries)
  for (const [key, entry] of over.entries) {
    const value = merged(entries.get(key)?.value, entry.value, [...path, key])
    if (value === null) entries.delete(key)
    else entries.set(key, { at: entry.at, value })
  }
  const { rule: _, ...plain } = over
  return withEntries(plain, entries)
}

/** `null` where the value is taken away. */
function merged(base: Tree | undefined, over: Tree, path: readonly string[]): Tree | null {
  if (over.rule === 'reset') return null
  if (base === undefined || over.rule === 'override' || isReplaced(base, over, path)) return bare(over, path)
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(base, over, path)
  if (base.kind === 'list' && over.kind === 'list') return appended(base, over, path)
  if (base.kind !== 'scalar' && isNull(over)) return base
  return bare(over, path)
}

/** The tree without merge rules, which have done their work. */
function bare(tree: Tree, path: readonly string[]): Tree {
  const { rule: _, ...plain } = tree
  if (plain.kind === 'scalar') return plain
  if (plain.kind === 'map') return mergeMaps(mapTree(plain.at, []), plain, path)
  return appended({ ...plain, items: [] }, plain, path)
}

const REPLACED = new Set(['command', 'entrypoint', 'healthcheck.test'])

function isReplaced(base: Tree, over: Tree, path: readonly string[]): boolean {
  if (path[0] !== 'services') return false
  const key = path.slice(2).join('.')
  if (REPLACED.has(key)) return true
  return key === 'logging' && differ(textOf(childOf(base, 'driver')), textOf(childOf(over, 'driver')))
}

/** Options of one logging driver mean nothing to another; without a driver named, they belong to the same. */
const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b

function appended(base: ListTree, over: ListTree, path: readonly string[]): ListTree {
  const identity = path[0] === 'services' && path.length === 3 ? IDENTITIES[path[2] ?? ''] : undefined
  const items: Tree[] = [...base.items]
  const indexes = new Map(items.map((item, index) => [identity?.(item), index]))
  for (const item of over.items) {
    if (item.rule === 'reset') continue
    const key = identity?.(item)
    const known = key === undefined ? undefined : indexes.get(key)
    if (known === undefined) indexes.set(key, items.push(bare(item, [...path, '*'])) - 1)
    else items[known] = bare(item, [...path, '*'])
  }
  const { rule: _, ...plain } = over
  return { ...plain, items }
}

type Identity = (item: Tree) => string

const text: Identity = (item) =>
  textOf(item) ?? textOf(childOf(item, 'path')) ?? JSON.stringify([...plainTexts(item)])

function* plainTexts(item: Tree): Generator<string> {
  for (const [key, entry] of item.kind === 'map' ? item.entries : new Map<string, Entry>())
    yield `${key}=${textOf(entry.value) ?? ''}`
}

const mountTarget =
  (folder: string): Identity =>
  (item) =>
    textOf(childOf(item, 'target')) ?? `${folder}/${textOf(item) ?? textOf(childOf(item, 'source')) ?? ''}`

const port: Identity = (item) => {
  if (item.kind !== 'map') return textOf(item) ?? ''
  const part = (key: string, missing: string): string => textOf(childOf(item, key)) ?? missing
  return `${part('host_ip', '0.0.0.0')}:${part('published', '')}:${part('target', '')}/${part('protocol', 'tcp')}`
}

const device: Identity = (item) =>
  textOf(childOf(item, 'target')) ?? (textOf(item) ?? '').split(':').slice(0, 2).at(-1) ?? ''

/** What makes two list items of a service the same thing, so that the later one counts. */
const IDENTITIES: Record<string, Identity> = {
  volumes: (item) => textOf(childOf(item, 'target')) ?? targetOfVolume(textOf(item) ?? ''),
  ports: port,
  devices: device,
  secrets: mountTarget('/run/secrets'),
  configs: mountTarget(''),
  expose: text,
  cap_add: text,
  cap_drop: text,
  dns: text,
  dns_opt: text,
  dns_search: text,
  env_file: text,
  extra_hosts: text,
  group_add: text,
  profiles: text,
  security_opt: text,
  tmpfs: text,
}
