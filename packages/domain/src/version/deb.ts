import { compareDigits } from './order.ts'
import type { VersionOrder } from './order.ts'

export interface DebVersion {
  epoch: string
  upstream: string
  revision: string
}

const shape = /^(?:(\d+):)?([A-Za-z0-9.+~:-]*?[A-Za-z0-9.+~:])(?:-([A-Za-z0-9.+~]+))?$/

/**
 * Versions of Debian packages, `[epoch:]upstream[-revision]`, as Debian Policy 5.6.12 orders them. A missing revision
 * counts as `0`. As in dpkg, an upstream part need not begin with a digit, and has a colon only where there is an epoch.
 */
export const debOrder: VersionOrder<DebVersion> = {
  expects: '[epoch:]upstream[-revision] out of letters, digits and . + ~ - :',
  read: (text) => {
    const match = shape.exec(text)
    if (match === null) return null
    const [, epoch, upstream = '', revision = '0'] = match
    if (epoch === undefined && upstream.includes(':')) return null
    return { epoch: epoch ?? '0', upstream, revision }
  },
  compare: (a, b) =>
    compareDigits(a.epoch, b.epoch) ||
    comparePart(a.upstream, b.upstream) ||
    comparePart(a.revision, b.revision),
}

/** By turns a run without digits, then one of digits, until they differ. */
function comparePart(a: string, b: string): number {
  const [left, right] = [runsOf(a), runsOf(b)]
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [ours, theirs] = [left[at] ?? '', right[at] ?? '']
    const result = at % 2 === 0 ? compareWords(ours, theirs) : compareDigits(ours, theirs)
    if (result !== 0) return result
  }
  return 0
}

/** Runs of other characters and of digits, by turns, beginning with one of other characters. */
const runsOf = (text: string): string[] =>
  [...text.matchAll(/(\D*)(\d*)/g)].flatMap(([, word = '', digits = '']) => [word, digits])

function compareWords(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const result = weightOf(a[at]) - weightOf(b[at])
    if (result !== 0) return result
  }
  return 0
}

/** A tilde before the end, the end before letters, letters before everything else. */
function weightOf(character: string | undefined): number {
  if (character === undefined) return 0
  if (character === '~') return -1
  const code = character.charCodeAt(0)
  return /[A-Za-z]/.test(character) ? code : code + 256
}
