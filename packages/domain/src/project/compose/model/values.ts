import { parseByteSize } from '../byte-size.ts'
import { durationText, parseDuration } from '../go-duration.ts'
import { readCommand } from '../read-command.ts'
import { textOf, itemsOf } from '../tree.ts'
import { parseBoolean } from '../scalars.ts'
import { scalar } from './shape.ts'
import type { Json, Shape } from './shape.ts'

const whole = (text: string): number | null => {
  const value = Number(text)
  return /^[-+]?\d+$/.test(text) && Number.isSafeInteger(value) ? value : null
}

/** Left out where it is false. */
export const flag = scalar('true or false', parseBoolean)

/** Shown where the file has it. */
export const choice = scalar('true or false', parseBoolean, true)

/** Docker Compose cuts the fraction off a number, and takes none in a text. */
const withoutFraction =
  (shape: Shape): Shape =>
  (tree, findings) => {
    const isFraction =
      tree?.kind === 'scalar' && typeof tree.value === 'number' && !Number.isInteger(tree.value)
    return shape(isFraction ? { ...tree, text: String(Math.trunc(Number(tree.value))) } : tree, findings)
  }

/** Left out where it is 0. */
export const integer = withoutFraction(scalar('a whole number', whole))

export const count = withoutFraction(scalar('a whole number', whole, true))

const natural = (text: string): number | null => {
  const value = whole(text)
  return value === null || value < 0 ? null : value
}

/** 0 or more, shown where the file has it. */
export const amount = withoutFraction(scalar('a whole number, 0 or more', natural, true))

/** 0 or more, left out where it is 0. */
export const positive = withoutFraction(scalar('a whole number, 0 or more', natural))

/** A number as single precision has it, which is how Docker Compose keeps it. */
export const float = scalar('a number', parseFloat32)

function parseFloat32(text: string): number | null {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return null
  const value = Math.fround(Number(text))
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number.isFinite(value) ? value : null
}

/** Bytes, as text. */
export const bytes = scalar('a size such as 512m', (text) => {
  const size = /^[-+]?\d+$/.test(text) ? Number(text) : parseByteSize(text)
  if (size === null || !Number.isSafeInteger(size)) return null
  return size === 0 ? '' : String(size)
})

const parseSpan = (text: string): string | null => {
  const ms = parseDuration(text)
  return ms === null ? null : durationText(ms)
}

/** Shown where the file has it, also when it is 0. */
export const duration = scalar('a duration such as 1m30s', parseSpan, true)

/** Left out where it is 0. */
export const optionalDuration = scalar('a duration such as 1m30s', (text) => {
  const span = parseSpan(text)
  return span === '0s' ? '' : span
})

/** `0644` */
export const fileMode: Shape = (tree, findings) => {
  const octal = tree?.kind === 'scalar' && typeof tree.value === 'string'
  const read = scalar('a file mode such as 0440', (text) => {
    if (!/^[0-7]{1,6}$/.test(text) && octal) return null
    const mode = octal ? Number.parseInt(text, 8) : whole(text)
    return mode === null || mode < 0 ? null : `0${mode.toString(8)}`
  })
  return read(tree, findings)
}

/** The words of a command: null keeps the image's own, an empty list is one. */
export const command: Shape = (tree, findings) => readCommand(tree, 'the command', findings)

/** One text is a command of the shell; a list says itself what it is. */
export const healthTest: Shape = (tree): Json | undefined => {
  const text = textOf(tree)
  if (text !== null) return ['CMD-SHELL', text]
  const words = itemsOf(tree).map((item) => textOf(item) ?? '')
  return words.length === 0 ? undefined : words
}

/** How many devices: all of them is -1. */
export const deviceCount = scalar('a number, or all', (text) =>
  text.toLowerCase() === 'all' ? -1 : whole(text),
)
