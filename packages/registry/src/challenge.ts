/** One way of proving who asks, as a server offers it in `WWW-Authenticate` (RFC 9110, section 11). */
export interface Challenge {
  /** Lower case: `basic`, `bearer`. */
  scheme: string
  /** Names in lower case, values unquoted. */
  parameters: Record<string, string>
}

const SCHEME = /\s*([\w!#$%&'*+.^`|~-]+)(?=\s|,|$)/y
const PARAMETER = /\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*/y
const SEPARATOR = /\s*,?\s*/y

/** Reads the whole header, several challenges included. What follows something unreadable is ignored. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = []
  const scan = scanner(header)
  while (!scan.isAtEnd()) {
    const parameter = scan.take(PARAMETER)
    const current = challenges.at(-1)
    if (parameter !== null && current !== undefined) {
      const [, name = '', quoted, plain = ''] = parameter
      current.parameters[name.toLowerCase()] = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain
    } else {
      const scheme = parameter === null ? scan.take(SCHEME) : null
      if (scheme === null) break
      challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters: {} })
    }
    scan.take(SEPARATOR)
  }
  return challenges
}

function scanner(text: string) {
  let at = 0
  return {
    isAtEnd: () => at >= text.length,
    take(pattern: RegExp): RegExpExecArray | null {
      pattern.lastIndex = at
      const match = pattern.exec(text)
      if (match !== null) at = pattern.lastIndex
      return match
    },
  }
}
