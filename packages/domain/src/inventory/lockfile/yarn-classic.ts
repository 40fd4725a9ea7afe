import { unreadable } from './lockfile.ts'
import type { LockfileReading, LockfileText } from './lockfile.ts'
import type { YarnEntry } from './yarn-lock.ts'

/**
 * The format of yarn 1: an entry is a line of descriptors that ends with a colon; its fields are indented by two, the
 * entries of its maps by four. A line that fits nowhere makes the whole file unreadable rather than an entry less.
 */
export function readYarnClassic({ path, text }: LockfileText): YarnEntry[] | LockfileReading {
  const open: Open = { entries: [], inner: null }
  for (const [at, row] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(row)) continue
    if (!takeLine(open, row, at + 1))
      return unreadable(path, `cannot be read at: ${row.trimStart().slice(0, 80)}`, at + 1)
  }
  return open.entries.length > 0 || text.includes('yarn lockfile v1')
    ? open.entries
    : unreadable(path, 'holds no entry and no mark of a yarn.lock')
}

/** What has been read, and the map that is open within the last entry. */
interface Open {
  entries: { descriptors: string[]; fields: Map<string, unknown>; line: number }[]
  inner: Record<string, string> | null
}

/** Adds one line to what is open; false where it fits nowhere. */
function takeLine(open: Open, row: string, line: number): boolean {
  const content = row.trimStart()
  const indent = row.length - content.length
  const fields = open.entries.at(-1)?.fields
  if (indent === 0) {
    if (!content.endsWith(':')) return false
    open.entries.push({ descriptors: wordsOf(content.slice(0, -1)), fields: new Map(), line })
    open.inner = null
    return true
  }
  if (indent === 2 && fields !== undefined && /^"?[A-Za-z]+"?:$/.test(content)) {
    open.inner = Object.create(null) as Record<string, string>
    fields.set(unquoted(content.slice(0, -1)), open.inner)
    return true
  }
  const pair = pairOf(content)
  const put = targetOf(indent, fields, open.inner)
  if (pair === null || put === null) return false
  put(pair)
  return true
}

type Put = (pair: readonly [string, string]) => void

function targetOf(
  indent: number,
  fields: Map<string, unknown> | undefined,
  inner: Record<string, string> | null,
): Put | null {
  if (indent === 2 && fields !== undefined) return ([key, value]) => fields.set(key, value)
  if (indent === 4 && inner !== null) return ([key, value]) => (inner[key] = value)
  return null
}

const word = /"((?:[^"\\]|\\.)*)"|[^\s",]+/g

const unquoted = (text: string): string => text.replace(/^"(.*)"$/s, '$1').replaceAll(/\\(.)/g, '$1')

/** Descriptors, quoted or not, with commas between. */
const wordsOf = (text: string): string[] => (text.match(word) ?? []).map(unquoted)

/** `name "value"`: two words. */
function pairOf(content: string): [string, string] | null {
  const words = wordsOf(content)
  const [key, value] = words
  return key === undefined || value === undefined || words.length > 2 ? null : [key, value]
}
