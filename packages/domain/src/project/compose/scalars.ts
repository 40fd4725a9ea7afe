import { parseByteSize } from './byte-size.ts'
import type { Findings } from './findings.ts'
import { parseDuration } from './go-duration.ts'
import { isNull, itemsOf, textOf } from './tree.ts'
import type { Tree } from './tree.ts'

/** Reads the value of a key. `undefined` where it is absent, null, or no such value, in which case that was told. */
export type Read<T> = (tree: Tree | undefined, findings: Findings) => T | undefined

/** A reader of scalars: `parse` gives null for what is none, `kind` says what it should have been. */
function scalar<T>(kind: string, parse: (text: string) => T | null): Read<T> {
  return (tree, findings) => {
    if (tree === undefined || isNull(tree)) return undefined
    const text = textOf(tree) ?? ''
    const value = parse(text)
    if (value !== null) return value
    findings.problem(tree.at, `"${text}" is not ${kind}`, 'Check the value, and the variable it comes from.')
    return undefined
  }
}

const YES = new Set(['y', 'yes', 'true', 'on', '1'])
const NO = new Set(['n', 'no', 'false', 'off', '0'])

export const readText: Read<string> = (tree) => textOf(tree) ?? undefined

/** As `readText`; an empty text counts as absent. */
export const readName: Read<string> = (tree) => textOf(tree) || undefined

/** Null where it is neither. */
export function parseBoolean(text: string): boolean | null {
  const word = text.toLowerCase()
  if (YES.has(word)) return true
  return NO.has(word) ? false : null
}

export const readBoolean = scalar('true or false', parseBoolean)

export const readWholeNumber = scalar('a whole number', (text) => {
  const value = Number(text)
  return /^-?\d+$/.test(text) && Number.isSafeInteger(value) ? value : null
})

export const readCount = scalar('a whole number, 0 or more', (text) => {
  const value = Number(text)
  return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : null
})

export const readNumber = scalar('a number', (text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : null))

/** Milliseconds. */
export const readDuration = scalar('a duration such as 1m30s', parseDuration)

/** Bytes. */
export const readBytes = scalar('a size such as 512m', parseByteSize)

/** As `readBytes`, where -1 means without limit. */
export const readBytesOrUnlimited = scalar('a size such as 512m, or -1', (text) =>
  text === '-1' ? -1 : parseByteSize(text),
)

/** Texts of a list, empty where it is absent. */
export const textsIn = (tree: Tree | undefined): string[] =>
  itemsOf(tree).flatMap((item) => textOf(item) ?? [])

/** Texts of a list or a single one; `undefined` where there are none. */
export const readTexts: Read<string[]> = (tree) => {
  const single = textOf(tree)
  const texts = single === null ? textsIn(tree) : [single]
  return texts.length === 0 ? undefined : texts
}
