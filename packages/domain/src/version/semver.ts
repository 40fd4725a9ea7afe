import { compareDigits, compareText } from './order.ts'
import type { VersionOrder } from './order.ts'

export interface SemVersion {
  release: readonly [string, string, string]
  /** Empty for a release. */
  prerelease: readonly string[]
}

const number = '(0|[1-9]\\d*)'
const identifier = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)'
const shape = new RegExp(
  `^v?${number}\\.${number}\\.${number}(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
)

/**
 * Semantic Versioning 2.0.0, precedence as in section 11: build metadata says nothing, numbers may be of any length. A `v`
 * in front, as in tags, is not part of the version.
 */
export const semverOrder: VersionOrder<SemVersion> = {
  expects: '[v]MAJOR.MINOR.PATCH[-prerelease][+build]',
  read: (text) => {
    const match = shape.exec(text)
    if (match === null) return null
    const [, major = '', minor = '', patch = '', prerelease] = match
    return { release: [major, minor, patch], prerelease: prerelease?.split('.') ?? [] }
  },
  compare: (a, b) =>
    compareDigits(a.release[0], b.release[0]) ||
    compareDigits(a.release[1], b.release[1]) ||
    compareDigits(a.release[2], b.release[2]) ||
    comparePrereleases(a.prerelease, b.prerelease),
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(a.length === 0) - Number(b.length === 0)
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const result = compareIdentifiers(a[at] ?? '', b[at] ?? '')
    if (result !== 0) return result
  }
  return a.length - b.length
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumber, areBoth] = [/^\d+$/.test(a), /^\d+$/.test(a) === /^\d+$/.test(b)]
  if (!areBoth) return isNumber ? -1 : 1
  return isNumber ? compareDigits(a, b) : compareText(a, b)
}
