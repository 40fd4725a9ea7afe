/** Where something was written: 1-based, as editors count. */
export interface Place {
  file: string
  line: number
  col: number
}

/** One thing that is wrong or worth knowing about a compose file, with the next step. */
export interface Finding extends Place {
  message: string
  hint: string
}

/** A hostile file can be wrong in a million places; nobody reads past these. */
export const MAX_FINDINGS = 100

/** Collects everything there is to say about the files, so that one run tells all of it. */
export class Findings {
  readonly #problems = new Map<string, Finding>()
  readonly #warnings = new Map<string, Finding>()
  readonly #unset = new Set<string>()

  /** Something that cannot be honoured. Only the first problem of a place is kept: later ones follow from it. */
  problem(at: Place, message: string, hint: string): void {
    keep(this.#problems, `${at.file}:${at.line}:${at.col}`, { ...placeOf(at), message, hint })
  }

  /** Something that is honoured, but perhaps not as its author thinks. */
  warn(at: Place, message: string, hint: string): void {
    keep(this.#warnings, `${at.file}:${at.line}:${at.col}:${message}`, { ...placeOf(at), message, hint })
  }

  /** As `warn`, for a variable that is asked for, is not set and has no default. */
  unset(name: string, at: Place, told: { message: string; hint: string }): void {
    if (this.#unset.size < MAX_FINDINGS) this.#unset.add(name)
    this.warn(at, told.message, told.hint)
  }

  /** Names of such variables, each once. */
  get unsetNames(): string[] {
    return [...this.#unset]
  }

  get problems(): Finding[] {
    return inReadingOrder(this.#problems)
  }

  get warnings(): Finding[] {
    return inReadingOrder(this.#warnings)
  }
}

const placeOf = ({ file, line, col }: Place): Place => ({ file, line, col })

function keep(findings: Map<string, Finding>, key: string, finding: Finding): void {
  if (findings.has(key) || findings.size >= MAX_FINDINGS) return
  findings.set(key, { ...finding, message: printable(finding.message) })
}

/** A hostile name must not write control characters to a terminal, nor fill a screen. */
export function printable(text: string): string {
  const shown = text.length > 400 ? `${text.slice(0, 400)}…` : text
  return shown.replaceAll(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/gu, '?')
}

const inReadingOrder = (findings: Map<string, Finding>): Finding[] =>
  [...findings.values()].toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line || a.col - b.col)

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
