import { apkOrder } from './apk.ts'
import { debOrder } from './deb.ts'
import { VERSION_LENGTH_MAX } from './order.ts'
import type { VersionOrder } from './order.ts'
import type { OrderName } from './order-name.ts'
import { pep440Order } from './pep440.ts'
import { rpmOrder } from './rpm.ts'
import { semverOrder } from './semver.ts'

/** An order over texts, its kind of version forgotten. */
export interface TextOrder {
  expects: string
  isVersion: (text: string) => boolean
  /** -1, 0 or 1; null where one of the texts is no version of this kind, which is neither below nor above. */
  compare: (a: string, b: string) => -1 | 0 | 1 | null
}

const overTexts = <Version>(order: VersionOrder<Version>): TextOrder => {
  const read = (text: string): Version | null => (text.length > VERSION_LENGTH_MAX ? null : order.read(text))
  return {
    expects: order.expects,
    isVersion: (text) => read(text) !== null,
    compare: (a, b) => {
      const [left, right] = [read(a), read(b)]
      return left === null || right === null ? null : signOf(order.compare(left, right))
    },
  }
}

const signOf = (number: number): -1 | 0 | 1 => {
  if (number === 0) return 0
  return number < 0 ? -1 : 1
}

export const versionOrders: Readonly<Record<OrderName, TextOrder>> = {
  deb: overTexts(debOrder),
  apk: overTexts(apkOrder),
  rpm: overTexts(rpmOrder),
  semver: overTexts(semverOrder),
  pep440: overTexts(pep440Order),
}

/** Why a line of `A B` cannot be answered. */
export interface UnreadableLine {
  line: number
  problem: string
}

/** Longest line that is looked at, in UTF-16 units: two versions and the space between. */
export const PAIR_LENGTH_MAX = 2 * VERSION_LENGTH_MAX + 16

/** `A B` -> `<`, `=` or `>`; else why that cannot be said. `line` is its number, from 1. */
export function comparePair(name: OrderName, pair: string, line: number): '<' | '=' | '>' | UnreadableLine {
  if (pair.length > PAIR_LENGTH_MAX)
    return { line, problem: `the line is longer than ${PAIR_LENGTH_MAX} characters` }
  const words = pair.split(/[ \t\r]+/).filter((word) => word !== '')
  const [a, b] = words
  if (a === undefined || b === undefined || words.length > 2)
    return {
      line,
      problem: `holds ${words.length} ${words.length === 1 ? 'word' : 'words'}, not two versions`,
    }
  const order = versionOrders[name]
  const unread = [a, b].find((text) => !order.isVersion(text))
  if (unread !== undefined)
    return {
      line,
      problem: `${unread} is no ${name} version (${order.expects}, at most ${VERSION_LENGTH_MAX} characters)`,
    }
  const sign = order.compare(a, b)
  if (sign === 0) return '='
  return sign === -1 ? '<' : '>'
}
