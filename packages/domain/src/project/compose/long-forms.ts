import {
  childOf,
  isNull,
  itemsOf,
  listTree,
  mapTree,
  nullTree,
  textOf,
  textTree,
  withEntries,
} from './tree.ts'
import type { Entry, MapTree, Tree } from './tree.ts'

type LongForm = (tree: Tree) => Tree

/**
 * Writes the short forms out that two files must agree on before they can be merged: `A=b` lists become maps, single
 * texts become lists. What each value means is decided later, by the reader of that key.
 */
export function withLongForms(file: MapTree): MapTree {
  return changeEntries(file, {
    services: (services) => changeEach(services, (service) => changeEntries(service, SERVICE_FORMS)),
    networks: (networks) =>
      changeEach(networks, (network) => changeEntries(network, { labels: pairs('=', '') })),
    volumes: (volumes) => changeEach(volumes, (volume) => changeEntries(volume, { labels: pairs('=', '') })),
  })
}

/** `KEY=value` items as a map. An item without a separator gets `missing`; null means "as in the environment". */
const pairs =
  (separator: string, missing: string | null): LongForm =>
  (tree) => {
    if (tree.kind !== 'list') return tree
    return mapTree(
      tree.at,
      tree.items.map((item): [string, Entry] => {
        const text = textOf(item) ?? ''
        const cut = text.indexOf(separator)
        const value = cut === -1 ? missing : text.slice(cut + 1)
        const valueTree = value === null ? nullTree(item.at) : textTree(item.at, value)
        return [cut === -1 ? text : text.slice(0, cut), { at: item.at, value: valueTree }]
      }),
    )
  }

/** A list of names as a map from each name to what `value` gives. */
const named =
  (value: (item: Tree) => Tree): LongForm =>
  (tree) =>
    tree.kind === 'list'
      ? mapTree(
          tree.at,
          tree.items.map((item): [string, Entry] => [
            textOf(item) ?? '',
            { at: item.at, value: value(item) },
          ]),
        )
      : tree

const started = (item: Tree): Tree =>
  mapTree(item.at, [['condition', { at: item.at, value: textTree(item.at, 'service_started') }]])

const list: LongForm = (tree) => (tree.kind === 'scalar' && !isNull(tree) ? listTree(tree.at, [tree]) : tree)

const underKey =
  (key: string): LongForm =>
  (tree) =>
    tree.kind === 'scalar' && !isNull(tree) ? mapTree(tree.at, [[key, { at: tree.at, value: tree }]]) : tree

const hostLines: LongForm = (tree) => {
  if (tree.kind !== 'map') return tree
  const lines = [...tree.entries].flatMap(([host, { value }]) =>
    (value.kind === 'list' ? itemsOf(value) : [value]).map((address) =>
      textTree(address.at, `${host}=${textOf(address) ?? ''}`),
    ),
  )
  return listTree(tree.at, lines)
}

const SERVICE_FORMS: Record<string, LongForm> = {
  environment: pairs('=', null),
  labels: pairs('=', ''),
  annotations: pairs('=', ''),
  sysctls: pairs('=', ''),
  depends_on: named(started),
  networks: named((item) => nullTree(item.at)),
  extra_hosts: hostLines,
  env_file: list,
  label_file: list,
  dns: list,
  dns_search: list,
  tmpfs: list,
  extends: underKey('service'),
  build: underKey('context'),
}

function changeEntries(tree: Tree, forms: Record<string, LongForm>): MapTree {
  const map = tree.kind === 'map' ? tree : mapTree(tree.at, [])
  const changed = Object.entries(forms).flatMap(([key, form]): [string, Entry][] => {
    const entry = map.entries.get(key)
    if (entry === undefined) return []
    const value = form(entry.value)
    return [
      [
        key,
        { ...entry, value: entry.value.rule === undefined ? value : { ...value, rule: entry.value.rule } },
      ],
    ]
  })
  return withEntries(map, [...map.entries, ...changed])
}

function changeEach(tree: Tree, change: LongForm): Tree {
  if (tree.kind !== 'map') return tree
  return withEntries(
    tree,
    [...tree.entries].map(([key, entry]) => [key, { ...entry, value: keepNull(entry.value, change) }]),
  )
}

const keepNull = (tree: Tree, change: LongForm): Tree => (tree.kind === 'map' ? change(tree) : tree)

/** The service a file defines by that name, in long form. */
export const serviceIn = (file: MapTree, name: string): Tree | undefined =>
  childOf(childOf(file, 'services'), name)
