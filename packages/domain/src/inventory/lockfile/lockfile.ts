import type { Inventory, InventoryGap } from '../component.ts'

/** A lockfile as text, with the path it is called by in messages. */
export interface LockfileText {
  path: string
  text: string
}

/** Either an inventory, which may have gaps, or why the file is none at all. */
export type LockfileReading = { ok: true; inventory: Inventory } | { ok: false; problems: InventoryGap[] }

/** Far above any real lockfile, in UTF-16 units. */
export const LOCKFILE_LENGTH_MAX = 64 * 1024 * 1024

/** Most entries that are read from one file. */
export const ENTRIES_MAX = 100_000

const NAME_LENGTH_MAX = 512

/** Anything a parser gave, looked at field by field: outside data has no type. */
export type Fields = ReadonlyMap<string, unknown>

/** The own keys of an object; none of what is no object. Keys such as `__proto__` are keys like any other. */
export const fieldsOf = (value: unknown): Fields =>
  new Map(isMapping(value) ? Object.entries(value as object) : [])

/** Whether a value is a map of keys: a container of another shape is never an empty one. */
export const isMapping = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : []

/** A name or version that an advisory could hold: some text of one line and bounded length. */
export const isPlainText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= NAME_LENGTH_MAX && !/[\p{Cc}\s]/u.test(value)

export const unreadable = (path: string, message: string, line: number | null = null): LockfileReading => ({
  ok: false,
  problems: [{ file: path, line, message }],
})

/** Why a text is not even tried; null where it is. */
export function tooLarge({ path, text }: LockfileText): LockfileReading | null {
  if (text.length <= LOCKFILE_LENGTH_MAX) return null
  return unreadable(path, `is ${text.length} characters long; at most ${LOCKFILE_LENGTH_MAX} are read`)
}

/** Line numbers, from 1, of the lines that a pattern matches. */
export function linesMatching(text: string, pattern: RegExp): number[] {
  const lines: number[] = []
  for (const [at, row] of text.split('\n').entries()) if (pattern.test(row)) lines.push(at + 1)
  return lines
}
