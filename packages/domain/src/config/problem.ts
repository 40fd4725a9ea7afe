/** One thing wrong in a file that a person wrote, and where it stands. */
export interface Problem {
  file: string
  /** From 1. */
  line: number
  /** From 1, in UTF-16 units, as editors count. */
  col: number
  /** UTF-16 units to underline, at least 1. */
  length: number
  message: string
  hint: string | null
  /** True where the text underlined may be a secret: it is never shown. */
  conceal: boolean
}

/** A place in a file. Lines and columns start at 1. */
export type Span = Pick<Problem, 'line' | 'col' | 'length'>

/** Most problems one reading reports: past this a file is not a configuration with mistakes in it. */
const PROBLEMS_MAX = 100

/** In reading order, each place and message once, cut to a length that a person can use. */
export function orderProblems(problems: readonly Problem[]): Problem[] {
  const seen = new Map(
    problems.map((problem) => [`${problem.line}:${problem.col}:${problem.message}`, problem]),
  )
  return [...seen.values()].toSorted((a, b) => a.line - b.line || a.col - b.col).slice(0, PROBLEMS_MAX)
}
