import type { Place } from './findings.ts'

/**
 * A compose file as nested maps, lists and scalars that know where they were written, through merges and `extends`
 * too. Maps are `Map`s: a key such as `constructor` or `__proto__` is only a key.
 */
export type Tree = MapTree | ListTree | ScalarTree

/** `!reset` takes a value of an earlier file away, `!override` takes its place without merging. */
export type MergeRule = 'reset' | 'override'

export interface MapTree {
  kind: 'map'
  at: Place
  rule?: MergeRule
  entries: ReadonlyMap<string, Entry>
}

export interface ListTree {
  kind: 'list'
  at: Place
  rule?: MergeRule
  items: readonly Tree[]
}

export interface ScalarTree {
  kind: 'scalar'
  at: Place
  rule?: MergeRule
  value: string | number | boolean | null
  /** The value as a container gets it: `010` is `8`, `1.10` is `1.1`, null is empty. */
  text: string
  /** The text in the file, where YAML made something else of it. */
  written?: string
}

export interface Entry {
  /** Where the key is. */
  at: Place
  value: Tree
}

export const textTree = (at: Place, text: string): ScalarTree => ({ kind: 'scalar', at, value: text, text })

export const truth = (at: Place): ScalarTree => ({ kind: 'scalar', at, value: true, text: 'true' })

export const nullTree = (at: Place): ScalarTree => ({ kind: 'scalar', at, value: null, text: '' })

export const mapTree = (at: Place, entries: Iterable<readonly [string, Entry]>): MapTree => ({
  kind: 'map',
  at,
  entries: new Map(entries),
})

export const listTree = (at: Place, items: readonly Tree[]): ListTree => ({ kind: 'list', at, items })

/** Same tree with another value; the merge rule stays. */
export const withEntries = (tree: MapTree, entries: Iterable<readonly [string, Entry]>): MapTree => ({
  ...tree,
  entries: new Map(entries),
})

export const entriesOf = (tree: Tree | undefined): [string, Entry][] =>
  tree?.kind === 'map' ? [...tree.entries] : []

export const itemsOf = (tree: Tree | undefined): readonly Tree[] => (tree?.kind === 'list' ? tree.items : [])

export const childOf = (tree: Tree | undefined, key: string): Tree | undefined =>
  tree?.kind === 'map' ? tree.entries.get(key)?.value : undefined

/** Text of a scalar; `null` for nothing, null, a map or a list. */
export const textOf = (tree: Tree | undefined): string | null =>
  tree?.kind === 'scalar' && tree.value !== null ? tree.text : null

export const isNull = (tree: Tree): boolean => tree.kind === 'scalar' && tree.value === null

/** Plain values for the schema. What is to be reset is left out: its value does not count. */
export function toPlain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return tree.items.filter((item) => item.rule !== 'reset').map(toPlain)
  return Object.fromEntries(
    [...tree.entries]
      .filter(([, entry]) => entry.value.rule !== 'reset')
      .map(([key, entry]) => [key, toPlain(entry.value)]),
  )
}

/** What lies at a path of keys and indexes, or the nearest thing above it. */
export function treeAt(tree: Tree, path: readonly string[]): Tree {
  let here = tree
  for (const step of path) {
    const next = here.kind === 'list' ? here.items[Number(step)] : childOf(here, step)
    if (next === undefined) return here
    here = next
  }
  return here
}

/** How many values a tree holds, itself included. */
export function sizeOf(tree: Tree): number {
  if (tree.kind === 'scalar') return 1
  const below = tree.kind === 'list' ? tree.items : [...tree.entries.values()].map(({ value }) => value)
  return below.reduce((sum, child) => sum + sizeOf(child), 1)
}

/** True where any text below satisfies the test. */
export function someText(tree: Tree, test: (text: string) => boolean): boolean {
  if (tree.kind === 'scalar') return test(tree.text)
  if (tree.kind === 'list') return tree.items.some((item) => someText(item, test))
  return [...tree.entries.values()].some((entry) => someText(entry.value, test))
}
