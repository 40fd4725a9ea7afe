import type { Findings } from './findings.ts'
import { writtenPath } from './layout.ts'
import type { Layout } from './layout.ts'
import { mergeServices } from './merge.ts'
import { childOf, isNull, mapTree, sizeOf, textOf, withEntries } from './tree.ts'
import type { Entry, MapTree, Tree } from './tree.ts'

/** One file in long form. Relative paths in it start at `folder`: for merged files that is the folder of the first. */
export interface SourceFile {
  path: string
  folder: string
  tree: MapTree
}

/** Gives another file of the project; null where there is none, with the reason already told. */
export type LoadFile = (path: string, from: Tree) => SourceFile | null

interface Extending {
  load: LoadFile
  layout: Layout
  findings: Findings
}

/** Services may extend services that extend: this far, and never in a circle. */
const MAX_CHAIN = 20
/** Values of all services of a file together, what they took over counted again in each. */
export const MAX_EXTENDED_NODES = 100_000

/** Replaces every `extends` of a file by what it stands for: the other service, with this one laid over it. */
export function resolveExtends(file: SourceFile, extending: Extending): MapTree {
  const services = childOf(file.tree, 'services')
  if (services?.kind !== 'map') return file.tree
  let left = MAX_EXTENDED_NODES
  const resolved = [...services.entries].flatMap(([name, entry]): [string, Entry][] => {
    const tree = entry.value
    if (tree.kind !== 'map' || !tree.entries.has('extends')) return [[name, entry]]
    if (left < 0) return []
    const value = resolve({ file, name, tree }, [], extending)
    left -= sizeOf(value)
    return [[name, { ...entry, value }]]
  })
  if (left < 0) {
    const message = `services that extend others hold more than ${MAX_EXTENDED_NODES} values together`
    extending.findings.problem(services.at, message, 'Extend smaller services.')
  }
  const at = file.tree.entries.get('services')?.at ?? services.at
  return withEntries(file.tree, [
    ...file.tree.entries,
    ['services', { at, value: withEntries(services, resolved) }],
  ])
}

interface Link {
  file: SourceFile
  name: string
  tree: MapTree
}

function resolve(link: Link, chain: readonly string[], extending: Extending): MapTree {
  const wanted = link.tree.entries.get('extends')?.value
  if (wanted === undefined || isNull(wanted)) return link.tree
  const own = withEntries(
    link.tree,
    [...link.tree.entries].filter(([key]) => key !== 'extends'),
  )
  const id = `${link.file.path}#${link.name}`
  const base =
    chain.includes(id) || chain.length > MAX_CHAIN
      ? circle(wanted, extending)
      : baseOf(link, wanted, extending)
  if (base === null) return own
  const resolved = resolve(base, [...chain, id], extending)
  return withRulesOf(mergeServices(mergeServices(mapTree(own.at, []), resolved), own), own)
}

/** What a service takes away or replaces, it does so to earlier files too, not only to what it extends. */
function withRulesOf(merged: MapTree, own: MapTree): MapTree {
  const entries = new Map(merged.entries)
  for (const [key, entry] of own.entries) {
    const { rule } = entry.value
    const value = entries.get(key)?.value
    if (rule === 'reset') entries.set(key, entry)
    else if (rule === 'override' && value !== undefined)
      entries.set(key, { ...entry, value: { ...value, rule } })
    else if (value?.kind === 'map' && entry.value.kind === 'map')
      entries.set(key, { ...entry, value: withRulesOf(value, entry.value) })
  }
  return withEntries(merged, entries)
}

function circle(wanted: Tree, { findings }: Extending): null {
  findings.problem(
    wanted.at,
    'services extend each other in a circle',
    'Move what they share to a service that extends nothing.',
  )
  return null
}

function baseOf(link: Link, wanted: Tree, { load, layout, findings }: Extending): Link | null {
  const name = textOf(childOf(wanted, 'service')) ?? ''
  const fileText = textOf(childOf(wanted, 'file'))
  const file = fileText === null ? link.file : load(writtenPath(layout, link.file.folder, fileText), wanted)
  if (file === null) return null
  const tree = childOf(childOf(file.tree, 'services'), name)
  if (tree?.kind === 'map') return { file, name, tree }
  findings.problem(
    wanted.at,
    `${file.path} has no service "${name}" to extend`,
    'Check the name, or add the service there.',
  )
  return null
}
