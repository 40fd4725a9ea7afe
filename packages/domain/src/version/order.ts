/** How one ecosystem orders its versions. */
export interface VersionOrder<Version> {
  /** What a readable version looks like, for a person whose text is none. */
  expects: string
  /** The version as parts to compare; null where the text is none of this kind. */
  read: (text: string) => Version | null
  /** Below 0, 0 or above 0, as sorting wants it. A total order over everything that `read` gives. */
  compare: (a: Version, b: Version) => number
}

/** Longer than any real version; what is longer is not read, so that a hostile one costs nothing. */
export const VERSION_LENGTH_MAX = 512

/** Compares two runs of digits of any length by value. */
export function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  return left.length - right.length || compareText(left, right)
}

/** Compares by code unit, the same on every machine. */
export const compareText = (a: string, b: string): number => {
  if (a === b) return 0
  return a < b ? -1 : 1
}
