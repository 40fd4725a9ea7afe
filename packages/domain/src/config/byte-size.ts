/** Largest first, so that the first unit that divides is the shortest text. Decimal and binary units are both exact. */
const UNITS_BYTES = [
  ['TiB', 2 ** 40],
  ['TB', 10 ** 12],
  ['GiB', 2 ** 30],
  ['GB', 10 ** 9],
  ['MiB', 2 ** 20],
  ['MB', 10 ** 6],
  ['KiB', 2 ** 10],
  ['KB', 10 ** 3],
  ['B', 1],
] as const

/** Text of a size: a whole number and its unit. KB is 1,000 bytes and KiB 1,024. */
export const BYTE_SIZE_PATTERN = /^(\d{1,15})(B|[KMGT]i?B)$/

/** Bytes of a text such as `2GB` or `512MiB`; null where it is no size. */
export function parseByteSize(text: string): number | null {
  const match = BYTE_SIZE_PATTERN.exec(text)
  const unit = UNITS_BYTES.find(([name]) => name === match?.[2])
  if (match === null || unit === undefined) return null
  const bytes = Number(match[1]) * unit[1]
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** The shortest exact text of a whole number of bytes. */
export function formatByteSize(bytes: number): string {
  const [name, size] =
    UNITS_BYTES.find(([, unit]) => bytes !== 0 && bytes % unit === 0) ?? (['B', 1] as const)
  return `${bytes / size}${name}`
}
