/** The parts of a short volume: `[SOURCE:]TARGET[:OPTION,…]`. `source` is null for an anonymous volume. */
export interface VolumeText {
  source: string | null
  target: string
  options: string[]
}

/**
 * Takes a short volume apart as Docker Compose does; null where it has an empty part or too many. One letter before a
 * colon is a drive of Windows, never the name of a volume. Colons inside a secret's stand-in count not.
 */
export function parseVolumeText(text: string): VolumeText | null {
  if (text.length > 0 && text.length <= 2) return { source: null, target: text, options: [] }
  const parts = joinDrives(text.split(/:(?![A-Za-z_][A-Za-z0-9_]*\u27eb)/))
  if (parts.length > 3 || parts.includes('')) return null
  const [first = '', second, options] = parts
  if (second === undefined) return { source: null, target: first, options: [] }
  return { source: first, target: second, options: options === undefined ? [] : options.split(',') }
}

function joinDrives(parts: readonly string[]): string[] {
  const joined: string[] = []
  let drive = ''
  for (const [index, part] of parts.entries()) {
    if (drive === '' && /^[A-Za-z]$/.test(part) && index < parts.length - 1) drive = `${part}:`
    else {
      joined.push(drive + part)
      drive = ''
    }
  }
  return joined
}
