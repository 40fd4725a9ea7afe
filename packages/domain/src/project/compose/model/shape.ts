import type { Findings } from '../findings.ts'
import { childOf, isNull, textOf } from '../tree.ts'
import type { Tree } from '../tree.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Writes a value as `docker compose config --format json` does; `undefined` where it leaves the key out. */
export type Shape = (tree: Tree | undefined, findings: Findings) => Json | undefined

/** What no value of its own is: left out. */
const orOmitted = <T extends Json>(value: T, isEmpty: boolean): T | undefined => (isEmpty ? undefined : value)

const absent = (tree: Tree | undefined): tree is undefined => tree === undefined || isNull(tree)

/** A value of one kind; `parse` gives null for what is none. `keepZero`: the file's own 0 or false is shown. */
export function scalar(
  kind: string,
  parse: (text: string) => string | number | boolean | null,
  keepZero = false,
): Shape {
  return (tree, findings) => {
    if (absent(tree)) return undefined
    const text = textOf(tree)
    const value = text === null ? null : parse(text)
    if (value !== null) return orOmitted(value, !keepZero && (value === 0 || value === false || value === ''))
    const hint = 'Check the value, and the variable it comes from.'
    findings.problem(tree.at, `"${text ?? ''}" is not ${kind}`, hint)
    return undefined
  }
}

export const text: Shape = (tree) => textOf(tree) || undefined

/** A text that is there even when empty. */
export const textAlways: Shape = (tree) => textOf(tree) ?? ''

/** A list of texts, also where one alone is given; `keepEmpty` shows `[]`. */
export const texts =
  (keepEmpty = false): Shape =>
  (tree) => {
    const single = textOf(tree)
    if (single !== null) return [single]
    if (tree?.kind !== 'list') return undefined
    return orOmitted(
      tree.items.map((item) => textOf(item) ?? ''),
      !keepEmpty && tree.items.length === 0,
    )
  }

/** A map of texts, with its keys in order. */
export const textMap: Shape = record((tree) => textOf(tree) ?? '')

/** A map of texts in which null stays. */
export const nullableMap: Shape = record((tree) => textOf(tree))

/** A map whose keys are its author's. */
export function record(shape: Shape): Shape {
  return (tree, findings) => {
    if (tree?.kind !== 'map' || tree.entries.size === 0) return undefined
    const entries = [...tree.entries].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
    return Object.fromEntries(entries.map(([key, { value }]) => [key, shape(value, findings) ?? null]))
  }
}

export const list =
  (shape: Shape): Shape =>
  (tree, findings) => {
    if (tree?.kind !== 'list' || tree.items.length === 0) return undefined
    return tree.items.map((item) => shape(item, findings) ?? null)
  }

export type Shapes = Readonly<Record<string, Shape>>

/** A map of known keys. `always`: shown even where the file has none. */
export const object =
  (shapes: Shapes, always = false): Shape =>
  (tree, findings) => {
    if (absent(tree) && !always) return undefined
    const entries = Object.entries(shapes).flatMap(([key, shape]): [string, Json][] => {
      const value = shape(childOf(tree, key), findings)
      return value === undefined ? [] : [[key, value]]
    })
    return Object.fromEntries(entries)
  }

/** Where a value is left out, this is shown. */
export const orElse =
  (shape: Shape, value: Json): Shape =>
  (tree, findings) =>
    shape(tree, findings) ?? value

/** Anything, as it is. */
export function plainJson(tree: Tree): Json {
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return tree.items.map(plainJson)
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plainJson(value)]))
}
