import type { Findings } from '../findings.ts'
import { isNull, listTree, mapTree, textOf, withEntries } from '../tree.ts'
import type { Entry, MapTree, Tree } from '../tree.ts'

/** Writes one value in its long form. What cannot be read is told, and gives the value as it was. */
export type Form = (tree: Tree, findings: Findings) => Tree

/** One item of a list may become several, or none where it was told to be wrong. */
export type ItemForm = (item: Tree, findings: Findings) => Tree | readonly Tree[]

/** Merge rules belong to the value, whatever its form. */
const keepRule = (before: Tree, after: Tree): Tree =>
  before.rule === undefined || after === before ? after : { ...after, rule: before.rule }

/** Changes the values of these keys of a map. */
export const keys =
  (forms: Readonly<Record<string, Form>>): Form =>
  (tree, findings) =>
    tree.kind === 'map'
      ? changed(tree, (key) => (Object.hasOwn(forms, key) ? forms[key] : undefined), findings)
      : tree

/** Changes every value of a map. */
export const each =
  (form: Form): Form =>
  (tree, findings) =>
    tree.kind === 'map' ? changed(tree, () => form, findings) : tree

function changed(tree: MapTree, formOf: (key: string) => Form | undefined, findings: Findings): MapTree {
  return withEntries(
    tree,
    [...tree.entries].map(([key, entry]): [string, Entry] => {
      const form = formOf(key)
      // What is taken away says nothing.
      if (form === undefined || entry.value.rule === 'reset') return [key, entry]
      return [key, { ...entry, value: keepRule(entry.value, form(entry.value, findings)) }]
    }),
  )
}

/** Changes every item of a list. */
export const items =
  (form: ItemForm): Form =>
  (tree, findings) => {
    if (tree.kind !== 'list') return tree
    const changedItems = tree.items.flatMap((item) =>
      item.rule === 'reset' ? [item] : [form(item, findings)].flat().map((after) => keepRule(item, after)),
    )
    return listTree(tree.at, changedItems)
  }

export const inOrder =
  (...forms: readonly Form[]): Form =>
  (tree, findings) =>
    forms.reduce((result, form) => form(result, findings), tree)

/** A single text as a list of one. */
export const list: Form = (tree) =>
  tree.kind === 'scalar' && !isNull(tree) ? listTree(tree.at, [tree]) : tree

/** A single text as a map with that one key. */
export const underKey =
  (key: string): Form =>
  (tree) =>
    tree.kind === 'scalar' && !isNull(tree) ? mapTree(tree.at, [[key, { at: tree.at, value: tree }]]) : tree

/** A list of names as a map from each name to what `value` gives. */
export const named =
  (value: (item: Tree) => Tree): Form =>
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
