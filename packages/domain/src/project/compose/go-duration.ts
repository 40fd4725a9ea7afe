const UNITS_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const NUMBER = String.raw`(\d+(?:\.\d*)?|\.\d+)`
const UNIT = '(ns|us|µs|μs|ms|s|m|h|d|w)'
const WHOLE = new RegExp(`^(?:${NUMBER}${UNIT})+$`)
const PART = new RegExp(NUMBER + UNIT, 'g')
/** What 64 bits of nanoseconds hold. */
const MAX_MS = (2 ** 63 - 1) / 1e6

/** Milliseconds of a compose duration such as `1m30s`, `1.5s`, `500ms`; null where the text is none. `0` needs no unit. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0
  if (text.length > 64 || !WHOLE.test(text)) return null
  let ms = 0
  for (const [, amount, unit] of text.matchAll(PART)) ms += Number(amount) * (UNITS_MS[unit ?? ''] ?? 0)
  return ms > MAX_MS ? null : ms
}

/** A duration as Go writes it: `1h0m0s`, `1m30s`, `500ms`, `0s`. */
export function durationText(ms: number): string {
  const nanoseconds = Math.round(ms * 1e6)
  if (nanoseconds === 0) return '0s'
  if (nanoseconds < 1e3) return `${nanoseconds}ns`
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`
  const hours = Math.floor(nanoseconds / 3.6e12)
  const minutes = Math.floor((nanoseconds % 3.6e12) / 6e10)
  const seconds = Math.round(nanoseconds % 6e10) / 1e9
  const part = (amount: number, unit: string, isShown: boolean): string => (isShown ? `${amount}${unit}` : '')
  return `${part(hours, 'h', hours > 0)}${part(minutes, 'm', hours > 0 || minutes > 0)}${seconds}s`
}
