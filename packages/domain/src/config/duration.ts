const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const

/** Text of a duration: days, hours, minutes, seconds, milliseconds, each at most once and in that order. */
export const DURATION_PATTERN =
  /^(?=\d)(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/

/** Milliseconds of a text such as `500ms`, `10m` or `1h30m`; null where it is no duration. */
export function parseDuration(text: string): number | null {
  const match = DURATION_PATTERN.exec(text)
  if (match === null) return null
  const total = Object.values(UNITS_MS).reduce(
    (sum, unitMs, index) => sum + Number(match[index + 1] ?? 0) * unitMs,
    0,
  )
  return Number.isSafeInteger(total) ? total : null
}

/** The shortest text of a whole number of milliseconds that `parseDuration` reads back. */
export function formatDuration(durationMs: number): string {
  let rest = durationMs
  let text = ''
  for (const [unit, unitMs] of Object.entries(UNITS_MS)) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0) text += `${count}${unit}`
  }
  return text === '' ? '0s' : text
}
