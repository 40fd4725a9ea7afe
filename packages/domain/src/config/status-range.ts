/** Text of an HTTP status or an inclusive range of them. */
export const STATUS_RANGE_PATTERN = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/

/** Reads `200` or `200-399`; null where it is neither or runs backwards. */
export function parseStatusRange(status: string | number): { min: number; max: number } | null {
  const match = STATUS_RANGE_PATTERN.exec(String(status))
  if (match === null) return null
  const min = Number(match[1])
  const max = Number(match[2] ?? match[1])
  return min <= max ? { min, max } : null
}
