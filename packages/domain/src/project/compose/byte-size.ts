const POWERS = ['b', 'k', 'm', 'g', 't', 'p']

/** Bytes of a compose size such as `512m`, `1.5gb`, `64KiB` or a bare number; units are powers of 1024. Null if none. */
export function parseByteSize(text: string): number | null {
  const match = /^(\d+\.?\d*|\.\d+) ?(?:([kmgtp])(?:i?b)?|b)?$/i.exec(text.trim())
  if (!match) return null
  const power = POWERS.indexOf((match[2] ?? 'b').toLowerCase())
  const bytes = Math.floor(Number(match[1]) * 1024 ** power)
  return Number.isSafeInteger(bytes) ? bytes : null
}
