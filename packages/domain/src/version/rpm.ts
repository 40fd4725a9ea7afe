import { compareDigits, compareText } from './order.ts'
import type { VersionOrder } from './order.ts'

export interface RpmVersion {
  epoch: string
  version: readonly string[]
  /** Null where there is none, which is below every release. */
  release: readonly string[] | null
}

/**
 * Versions of RPM packages, `[epoch:]version[-release]`, in the order of rpmvercmp (rpm 4.15 and later, which knows the
 * caret). What is neither letter, digit, tilde nor caret only separates, so `1.0`, `1_0` and `1.α0` are equal.
 */
export const rpmOrder: VersionOrder<RpmVersion> = {
  expects: '[epoch:]version[-release]',
  read: (text) => {
    const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/su.exec(text) ?? []
    const at = rest.lastIndexOf('-')
    const version = at === -1 ? rest : rest.slice(0, at)
    if (version === '') return null
    return { epoch, version: segmentsOf(version), release: at === -1 ? null : segmentsOf(rest.slice(at + 1)) }
  },
  compare: (a, b) =>
    compareDigits(a.epoch, b.epoch) ||
    compareSegments(a.version, b.version) ||
    compareReleases(a.release, b.release),
}

const segmentsOf = (text: string): string[] => text.match(/[A-Za-z]+|\d+|~|\^/g) ?? []

function compareReleases(a: RpmVersion['release'], b: RpmVersion['release']): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  return compareSegments(a, b)
}

function compareSegments(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [ours, theirs] = [a[at], b[at]]
    const result = rankOf(ours) - rankOf(theirs) || compareSame(ours ?? '', theirs ?? '')
    if (result !== 0) return result
  }
  return 0
}

/** A tilde is below the end, the end below a caret, that below letters, and letters below a number. */
function rankOf(segment: string | undefined): number {
  if (segment === undefined) return 1
  if (segment === '~') return 0
  if (segment === '^') return 2
  return /^\d/.test(segment) ? 4 : 3
}

const compareSame = (a: string, b: string): number =>
  /^\d/.test(a) ? compareDigits(a, b) : compareText(a, b)
