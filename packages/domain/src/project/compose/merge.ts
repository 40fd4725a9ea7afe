import { childOf, isNull, mapTree, textOf, toPlain, withEntries } from './tree.ts'
import type { ListTree, MapTree, Tree } from './tree.ts'

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

/** Lays a part of one section, such as a network, over another of the same name. */
export function mergeParts(base: MapTree, over: MapTree, section: string): MapTree {
  return mergeMaps(base, over, [section, '*'])
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
  if (base.kind === 'list' && over.kind === 'list') return mergeLists(base, over, path)
  return isNull(over) ? base : bare(over, path)
}

/** The tree without merge rules, which have done their work. */
function bare(tree: Tree, path: readonly string[]): Tree {
  const { rule: _, ...plain } = tree
  if (plain.kind === 'scalar') return plain
  if (plain.kind === 'map') return mergeMaps(mapTree(plain.at, []), plain, path)
  return appended({ ...plain, items: [] }, plain, path)
}

/** Below a service: replaced as a whole, even by nothing. */
const REPLACED = new Set(['command', 'entrypoint', 'healthcheck.test'])

/** Maps whose values may be null and mean something by it. */
const PAIRS =
  /^(services\.\*\.(environment|labels|annotations|sysctls|build\.(args|labels|additional_contexts)|deploy\.labels)|\w+\.\*\.labels)\.\*$/

function isReplaced(base: Tree, over: Tree, path: readonly string[]): boolean {
  if (PAIRS.test(patternOf(path))) return true
  if (path[0] !== 'services') return false
  const key = path.slice(2).join('.')
  if (REPLACED.has(key)) return true
  return key === 'logging' && differ(textOf(childOf(base, 'driver')), textOf(childOf(over, 'driver')))
}

/** The path with a star for the name of the part and for the last key, which are its author's. */
const patternOf = (path: readonly string[]): string =>
  path.map((step, index) => (index === 1 || index === path.length - 1 ? '*' : step)).join('.')

/** Options of one logging driver mean nothing to another; without a driver named, they belong to the same. */
const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b

function mergeLists(base: ListTree, over: ListTree, path: readonly string[]): ListTree {
  return path[0] === 'networks' && path.slice(2).join('.') === 'ipam.config'
    ? mergePools(base, over, path)
    : appended(base, over, path)
}

/** Address pools of a network: those of the later file, each laid over the earlier one of its subnet. */
function mergePools(base: ListTree, over: ListTree, path: readonly string[]): ListTree {
  const subnetOf = (pool: Tree): string | null => textOf(childOf(pool, 'subnet'))
  const items = over.items.map((pool) => {
    const earlier = base.items.find((candidate) => subnetOf(candidate) === subnetOf(pool))
    return merged(earlier, pool, [...path, '*']) ?? pool
  })
  return { ...over, items }
}

function appended(base: ListTree, over: ListTree, path: readonly string[]): ListTree {
  const known = path[0] === 'services' ? IDENTITIES[identityKey(path)] : undefined
  const identity = known ?? (base.items.length > 0 ? whole : undefined)
  const items: Tree[] = [...base.items]
  const indexes = new Map(items.map((item, index) => [identity?.(item), index]))
  for (const item of over.items) {
    if (item.rule === 'reset') continue
    const key = identity?.(item)
    const index = key === undefined ? undefined : indexes.get(key)
    if (index === undefined) indexes.set(key, items.push(bare(item, [...path, '*'])) - 1)
    else items[index] = bare(item, [...path, '*'])
  }
  const { rule: _, ...plain } = over
  return { ...plain, items }
}

const identityKey = (path: readonly string[]): string =>
  path[2] === 'networks' ? `networks.${path.slice(4).join('.')}` : path.slice(2).join('.')

type Identity = (item: Tree) => string

/** What is written twice in the same way is the same thing. */
const whole: Identity = (item) => JSON.stringify(toPlain(item))

/** `KEY` of `KEY=value`, or the whole text. */
const name: Identity = (item) => (textOf(item) ?? whole(item)).replace(/=[\s\S]*$/, '')

const under =
  (key: string, missing: Identity = whole): Identity =>
  (item) =>
    textOf(childOf(item, key)) ?? missing(item)

const grantedAt = (folder: string): Identity =>
  under('target', (item) => `${folder}/${textOf(childOf(item, 'source')) ?? ''}`)

const port: Identity = (item) => {
  const part = (key: string, missing: string): string => textOf(childOf(item, key)) ?? missing
  return `${part('host_ip', '0.0.0.0')}:${part('published', '')}:${part('target', '')}/${part('protocol', 'tcp')}`
}

/** What makes two list items of a service the same thing, so that the later one counts, where the first one stood. */
const IDENTITIES: Record<string, Identity> = {
  'build.tags': name,
  'networks.aliases': name,
  'networks.link_local_ips': name,
  cap_add: name,
  cap_drop: name,
  configs: grantedAt(''),
  devices: under('target'),
  dns: name,
  dns_opt: name,
  dns_search: name,
  env_file: under('path'),
  expose: (item) => textOf(item) ?? whole(item),
  links: name,
  ports: port,
  profiles: name,
  secrets: grantedAt('/run/secrets'),
  tmpfs: name,
  volumes: under('target'),
}
