import type { Readable, Writable } from 'node:stream'

/** Where a command runs. All it knows of the process comes in here, so that a test can stand in for a terminal. */
export interface Shell {
  /** Arguments without the program's own name. */
  argv: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  /** Current folder, absolute. */
  folder: string
  stdin: Readable & { isTTY?: boolean }
  stdout: Output
  stderr: Output
  now(): Date
  /** Calls back on every Ctrl-C until the function it returns is called. */
  onInterrupt(act: () => void): () => void
}

export type Output = Writable & { isTTY?: boolean; columns?: number; rows?: number }

/** What the terminal can do and what its owner wishes. */
export interface Terminal {
  /** May be drawn over; otherwise lines are only ever added. */
  redraws: boolean
  colours: boolean
  /** A person can answer a question. */
  answers: boolean
  /** GitHub Actions reads the output. */
  annotates: boolean
}

const isSet = (value: string | undefined): boolean =>
  value !== undefined && value !== '' && value !== '0' && value !== 'false'

/** `NO_COLOR`, `CI`, `TERM=dumb` and `ACCESSIBLE` all mean: append lines, draw nothing over. */
export function readTerminal({ env, stdin, stdout, stderr }: Shell, json: boolean): Terminal {
  const dumb = env['TERM'] === 'dumb'
  const colourless = dumb || Boolean(env['NO_COLOR'])
  const plain = colourless || isSet(env['CI']) || isSet(env['ACCESSIBLE'])
  const isWatched = stdout.isTTY === true && !json
  const isAnswered = [stdin, stderr].every(({ isTTY }) => isTTY === true) && !json
  return {
    redraws: isWatched && !plain,
    colours: isWatched && !colourless,
    answers: isAnswered && !isSet(env['CI']),
    annotates: isSet(env['GITHUB_ACTIONS']) && !json,
  }
}

/** Width to cut lines to; null where nobody looks at a terminal. */
export const columnsOf = ({ isTTY, columns }: Output): number | null =>
  isTTY === true ? Math.max(20, columns ?? 80) : null

/** Height of the terminal, for a frame that must not scroll. */
export const rowsOf = ({ rows }: Output): number => Math.max(6, rows ?? 24)
