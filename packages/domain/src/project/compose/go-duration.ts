const UNITS_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w))+$/
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)/g

/** Milliseconds of a compose duration such as `1m30s`, `1.5s`, `500ms`; null where the text is none. `0` needs no unit. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0
  if (text.length > 64 || !WHOLE.test(text)) return null
  let ms = 0
  for (const [, amount, unit] of text.matchAll(PART)) ms += Number(amount) * (UNITS_MS[unit ?? ''] ?? 0)
  return ms
}
