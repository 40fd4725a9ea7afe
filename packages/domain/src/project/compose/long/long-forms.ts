import type { Findings } from '../findings.ts'
import { childOf, isNull, mapTree, nullTree, textOf, textTree, truth, withEntries } from '../tree.ts'
import type { Entry, MapTree, Tree } from '../tree.ts'
import { each, inOrder, items, keys, list, named, underKey } from './forms.ts'
import type { Form } from './forms.ts'
import { hostLines } from './host-lines.ts'
import { longDevice, longGpus, longGrant } from './item-forms.ts'
import { pairs } from './pairs.ts'
import { longPorts } from './port-forms.ts'
import { longVolume } from './volume-form.ts'

/**
 * Writes a file in the long forms of the compose specification, so that files can be merged and read knowing one form
 * of everything: `A=b` lists become maps, short ports and mounts become maps, single texts become lists. What has no
 * long form is told at its place and left out.
 */
export function withLongForms(file: MapTree, findings: Findings): MapTree {
  const changed = fileForm(keys({ ...SERVICE, ports: longPorts() }))(file, findings)
  return changed.kind === 'map' ? changed : file
}

const started = (item: Tree): Tree => {
  const required: Entry = { at: item.at, value: truth(item.at) }
  const condition: Entry = { at: item.at, value: textTree(item.at, 'service_started') }
  return mapTree(item.at, [
    ['condition', condition],
    ['required', required],
  ])
}

const environment = pairs(null)
const labels = pairs('')
const requests = items(keys({ options: labels }))
const hooks = items(keys({ environment }))

const keyFiles: Form = (tree, findings) => {
  if (tree.kind !== 'list') return tree
  const entries = tree.items.flatMap((item): [string, Entry][] => {
    const [id = '', ...path] = (textOf(item) ?? '').split('=')
    const value = path.length === 0 ? nullTree(item.at) : textTree(item.at, path.join('='))
    if (path.length > 0 || id === 'default') return [[id, { at: item.at, value }]]
    findings.problem(item.at, `"${id}" is not an SSH key`, 'Write it as default, or as id=path.')
    return []
  })
  return mapTree(tree.at, entries)
}

const contexts: Form = (tree, findings) => {
  for (const item of tree.kind === 'list' ? tree.items : []) {
    const text = textOf(item) ?? ''
    if (!text.includes('='))
      findings.problem(item.at, `"${text}" is not a context of a build`, 'Write it as name=context.')
  }
  return pairs('')(tree, findings)
}

const BUILD: Record<string, Form> = {
  args: environment,
  labels,
  additional_contexts: contexts,
  ssh: keyFiles,
  secrets: items(longGrant),
  extra_hosts: hostLines,
  cache_from: list,
  cache_to: list,
  no_cache_filter: list,
  tags: list,
  platforms: list,
}

const SERVICE: Record<string, Form> = {
  annotations: labels,
  build: inOrder(underKey('context'), keys(BUILD)),
  configs: items(longGrant),
  depends_on: named(started),
  deploy: keys({ labels, resources: keys({ reservations: keys({ devices: requests }) }) }),
  develop: keys({ watch: items(keys({ ignore: list, include: list, exec: keys({ environment }) })) }),
  devices: items(longDevice),
  dns: list,
  dns_search: list,
  env_file: inOrder(list, items(underKey('path'))),
  environment,
  extends: underKey('service'),
  extra_hosts: hostLines,
  gpus: inOrder(longGpus, requests),
  label_file: list,
  labels,
  models: named((item) => nullTree(item.at)),
  networks: named((item) => nullTree(item.at)),
  post_start: hooks,
  pre_stop: hooks,
  secrets: items(longGrant),
  sysctls: labels,
  tmpfs: list,
  volumes: items(longVolume),
}

/** `external: {name: x}`, as older files have it. */
const external: Form = (tree, findings) => {
  const old = childOf(tree, 'external')
  if (tree.kind !== 'map' || old?.kind !== 'map') return tree
  const given = textOf(childOf(tree, 'name'))
  const name = childOf(old, 'name')
  if (name !== undefined && given !== null && textOf(name) !== given)
    findings.problem(name.at, 'name and external.name differ', 'Keep name, and write "external: true".')
  const own: [string, Entry][] =
    name === undefined || isNull(name) ? [] : [['name', { at: name.at, value: name }]]
  return withEntries(tree, [...own, ...tree.entries, ['external', { at: old.at, value: truth(old.at) }]])
}

const resource = each(inOrder(external, keys({ labels })))

const fileForm = (service: Form): Form =>
  keys({
    services: each(service),
    networks: resource,
    volumes: resource,
    secrets: resource,
    configs: resource,
    include: items(underKey('path')),
  })
