import type { Problem } from '@towpath/domain/config/problem.ts'
import type { Line } from '../screen/line.ts'
import type { ExitCode } from './exit-code.ts'
import type { Failure } from './failure.ts'

/** What a command gives back; one place prints it, for people or as one JSON document. */
export interface Answer {
  page: readonly Line[]
  /** Beside `ok` and `next`. */
  json: Readonly<Record<string, unknown>>
  exit?: ExitCode
  /** Set where the command ran and its end is not what was asked for: the page tells why, the document has `error`. */
  failure?: Failure
  /** Mistakes in files, for what can mark them at their place. */
  problems?: readonly Problem[]
  /** The command has written its product itself: nothing is printed after it, not even the document. */
  silent?: boolean
  /** Commands that make sense now. */
  next?: readonly string[]
}

/** The document of `--json`: the last or only line on stdout. */
export const documentOf = ({ json, failure, next = [] }: Omit<Answer, 'page'>): object => ({
  ok: failure === undefined,
  ...(failure === undefined ? {} : { error: failure }),
  ...json,
  next,
})
