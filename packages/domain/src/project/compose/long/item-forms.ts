import { listTree, mapTree, textOf, textTree } from '../tree.ts'
import type { Entry, MapTree, Tree } from '../tree.ts'
import type { Form, ItemForm } from './forms.ts'

/** A map of these texts at one place, in this order. */
export const textsAt = (at: Tree['at'], texts: Readonly<Record<string, string>>): MapTree =>
  mapTree(
    at,
    Object.entries(texts).map(([key, text]): [string, Entry] => [key, { at, value: textTree(at, text) }]),
  )

/** A secret or config that a service or build is given: its name alone, or with where it goes. */
export const longGrant: ItemForm = (item) =>
  item.kind === 'scalar' ? textsAt(item.at, { source: item.text }) : item

/** `/dev/a[:/dev/b[:rwm]]` */
export const longDevice: ItemForm = (item, findings) => {
  if (item.kind !== 'scalar') return item
  const [source = '', target = '', permissions = 'rwm', ...more] = item.text.split(':')
  if (more.length === 0 && source !== '')
    return textsAt(item.at, { source, target: target || source, permissions })
  findings.problem(
    item.at,
    `"${item.text}" is not a device of the host`,
    'Write it as /dev/NAME[:/dev/NAME[:rwm]].',
  )
  return []
}

/** `gpus: all` */
export const longGpus: Form = (tree) =>
  textOf(tree) === null ? tree : listTree(tree.at, [textsAt(tree.at, { count: 'all' })])
