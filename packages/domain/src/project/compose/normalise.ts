import type { Findings, Place } from './findings.ts'
import { cleanPath } from './host-path.ts'
import { each, inOrder, items, keys } from './long/forms.ts'
import type { Form } from './long/forms.ts'
import { parseBoolean } from './scalars.ts'
import {
  childOf,
  entriesOf,
  isNull,
  itemsOf,
  mapTree,
  nullTree,
  textOf,
  textTree,
  truth,
  withEntries,
} from './tree.ts'
import type { Entry, MapTree, Tree } from './tree.ts'

/** Service keys that may share something of another service, by `service:NAME`. */
const NAMESPACES = ['network_mode', 'ipc', 'pid', 'uts', 'cgroup'] as const

/**
 * Writes out what the merged file says without words: names of networks and volumes, the default network, services
 * that must be there for others, defaults of ports and mounts. Doing it twice changes nothing.
 */
export function normalise(file: MapTree, projectName: string, findings: Findings): MapTree {
  const services = each(inOrder(withDependencies, withNetwork, withReplicas, keys(SERVICE)))
  const whole = keys({ services })(file, findings)
  if (whole.kind !== 'map') return file
  const named = (section: string): [string, Entry][] => namedSection(section, whole, projectName)
  return withEntries(whole, [
    ...whole.entries,
    ...['networks', 'volumes', 'secrets', 'configs'].flatMap(named),
  ])
}

/** Adds keys that a map lacks. */
const withMissing =
  (values: (tree: MapTree) => Readonly<Record<string, (at: Place) => Tree>>): Form =>
  (tree) => {
    if (tree.kind !== 'map') return tree
    const added = Object.entries(values(tree)).flatMap(([key, value]): [string, Entry][] => {
      const known = childOf(tree, key)
      return known === undefined ? [[key, { at: tree.at, value: value(tree.at) }]] : []
    })
    return added.length === 0 ? tree : withEntries(tree, [...tree.entries, ...added])
  }

const reading =
  (text: string) =>
  (at: Place): Tree =>
    textTree(at, text)

const deviceRequest = withMissing((tree) => (tree.entries.has('device_ids') ? {} : { count: reading('all') }))

const SERVICE: Record<string, Form> = {
  build: withMissing((tree) =>
    tree.entries.has('dockerfile_inline') ? {} : { dockerfile: reading('Dockerfile') },
  ),
  depends_on: each(withMissing(() => ({ condition: reading('service_started'), required: truth }))),
  deploy: keys({
    resources: keys({ reservations: keys({ devices: items(deviceRequest) }) }),
  }),
  gpus: items(deviceRequest),
  ports: items(withMissing(() => ({ mode: reading('ingress'), protocol: reading('tcp') }))),
  pull_policy: (tree) => (textOf(tree) === 'if_not_present' ? textTree(tree.at, 'missing') : tree),
  secrets: items(
    withMissing((tree) => ({ target: reading(`/run/secrets/${textOf(childOf(tree, 'source')) ?? ''}`) })),
  ),
  volumes: items(
    keys({ target: (tree) => (textOf(tree) ? textTree(tree.at, cleanPath(textOf(tree) ?? '')) : tree) }),
  ),
}

/** A service that names no network joins the default one. */
const withNetwork: Form = (tree) => {
  if (tree.kind !== 'map' || tree.entries.has('provider') || tree.entries.has('network_mode')) return tree
  if (entriesOf(childOf(tree, 'networks')).length > 0) return tree
  const joined = mapTree(tree.at, [['default', { at: tree.at, value: nullTree(tree.at) }]])
  return withEntries(tree, [...tree.entries, ['networks', { at: tree.at, value: joined }]])
}

/** `scale` is the older word for it, and counts where both are. */
const withReplicas: Form = (tree) => {
  const scale = childOf(tree, 'scale')
  const deploy = childOf(tree, 'deploy')
  if (tree.kind !== 'map' || scale === undefined || isNull(scale) || deploy?.kind !== 'map') return tree
  if (childOf(deploy, 'replicas') !== undefined) return tree
  const whole = withEntries(deploy, [...deploy.entries, ['replicas', { at: scale.at, value: scale }]])
  return withEntries(tree, [...tree.entries, ['deploy', { at: deploy.at, value: whole }]])
}

/** Services that another one shares something with must be there before it. */
const withDependencies: Form = (tree) => {
  const implied = [...linked(tree), ...sharing(tree), ...mounting(tree)]
  if (tree.kind !== 'map' || implied.length === 0) return tree
  const written = tree.entries.get('depends_on')
  const entries = new Map(written?.value.kind === 'map' ? written.value.entries : [])
  for (const { name, at, restart } of implied) {
    if (!entries.has(name)) entries.set(name, { at, value: dependency(at, restart) })
  }
  const at = written?.at ?? tree.at
  return withEntries(tree, [...tree.entries, ['depends_on', { at, value: mapTree(at, entries) }]])
}

interface Implied {
  name: string
  at: Place
  restart: boolean
}

const linked = (service: Tree): Implied[] =>
  itemsOf(childOf(service, 'links')).map((item) => {
    const parts = (textOf(item) ?? '').split(':')
    return { name: parts.length === 2 ? (parts[0] ?? '') : parts.join(':'), at: item.at, restart: true }
  })

const sharing = (service: Tree): Implied[] =>
  NAMESPACES.flatMap((key) => {
    const tree = childOf(service, key)
    const text = textOf(tree) ?? ''
    if (tree === undefined || !text.startsWith('service:')) return []
    return [{ name: text.slice('service:'.length), at: tree.at, restart: true }]
  })

const mounting = (service: Tree): Implied[] =>
  itemsOf(childOf(service, 'volumes_from')).flatMap((item) => {
    const text = textOf(item) ?? ''
    if (text.startsWith('container:')) return []
    return [{ name: text.split(':')[0] ?? '', at: item.at, restart: false }]
  })

const dependency = (at: Place, restart: boolean): MapTree => {
  const entry = (value: Tree): Entry => ({ at, value })
  return mapTree(at, [
    ['condition', entry(textTree(at, 'service_started'))],
    ['required', entry(truth(at))],
    ...(restart ? ([['restart', entry(truth(at))]] as const) : []),
  ])
}

/** Every part of a section by the name the engine knows it under; the default network where it is used. */
function namedSection(section: string, file: MapTree, projectName: string): [string, Entry][] {
  const written = childOf(file, section)
  const entries = new Map(written?.kind === 'map' ? written.entries : [])
  if (section === 'networks' && !entries.has('default') && usesDefault(file))
    entries.set('default', { at: file.at, value: nullTree(file.at) })
  if (entries.size === 0) return []
  const named = [...entries].map(([key, entry]): [string, Entry] => {
    const part = isNull(entry.value) ? mapTree(entry.at, []) : entry.value
    const name = childOf(part, 'name')
    if (part.kind !== 'map' || (name !== undefined && !isNull(name))) return [key, { ...entry, value: part }]
    const isExternal = parseBoolean(textOf(childOf(part, 'external')) ?? 'no') === true
    const own = textTree(part.at, isExternal ? key : `${projectName}_${key}`)
    return [
      key,
      { ...entry, value: withEntries(part, [...part.entries, ['name', { at: part.at, value: own }]]) },
    ]
  })
  const at = written?.at ?? file.at
  return [[section, { at, value: mapTree(at, named) }]]
}

const usesDefault = (file: MapTree): boolean =>
  entriesOf(childOf(file, 'services')).some(
    ([, { value }]) => childOf(childOf(value, 'networks'), 'default') !== undefined,
  )
