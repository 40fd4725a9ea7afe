/** The parts of a short volume: `[SOURCE:]TARGET[:OPTION,…]`. `source` is null for an anonymous volume. */
export interface VolumeText {
  source: string | null
  target: string
  options: string[]
}

/** Takes a short volume apart; null where it has an empty part or too many. Colons inside a secret's stand-in count not. */
export function parseVolumeText(text: string): VolumeText | null {
  const parts = splitOutsideSecrets(text)
  if (parts.length > 3 || parts.includes('')) return null
  const [first = '', second, options] = parts
  if (second === undefined) return { source: null, target: first, options: [] }
  return { source: first, target: second, options: options === undefined ? [] : options.split(',') }
}

/** Where a short volume is mounted; the text itself where it cannot be read. */
export const targetOfVolume = (text: string): string => parseVolumeText(text)?.target ?? text

/** Splits at colons, but not at the one inside `⟪secret:NAME⟫`. */
export const splitOutsideSecrets = (text: string): string[] => text.split(/:(?![A-Za-z_][A-Za-z0-9_]*\u27eb)/)
