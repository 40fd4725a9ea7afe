import type { Row } from './row.ts'

export interface RunOptions {
  /** Fewer rounds and smaller sizes: says that everything works, not how fast it is. */
  quick: boolean
  /** Rounds of an interleaved measurement whose single one takes seconds. */
  rounds: number
  /** Progress and details, one line each. */
  say: (line: string) => void
}

/** Rows that are measured together because they share what has to be set up. */
export interface Group {
  name: string
  /** Measured by Node alone: no engine, no edge, nothing to install. */
  needsNodeOnly?: true
  run(options: RunOptions): Promise<Row[]>
}
