import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import { exitCodeOfKind, exitCodes } from './exit-code.ts'
import type { ExitCode } from './exit-code.ts'

/** What a script reads when a command fails. The code is stable and has a section in the page of errors. */
export interface Failure {
  code: string
  /** What happened and why. */
  title: string
  /** Machine-readable facts. */
  detail: Record<string, unknown>
  /** What was not changed and what to do next. */
  hint: string
  docs: string
}

export const docsOf = (code: string): string => `docs/errors.md#${code.toLowerCase()}`

/** Anything thrown, as a failure and the exit code it means. What is no TowpathError is a mistake of ours and says so. */
export function failureOf(thrown: unknown): { failure: Failure; exit: ExitCode } {
  if (thrown instanceof TowpathError) {
    const { code, message, detail, hint, kind } = thrown
    return { failure: { code, title: message, detail, hint, docs: docsOf(code) }, exit: exitCodeOfKind(kind) }
  }
  const failure = {
    code: 'MISTAKE_IN_TOWPATH',
    title: `Towpath itself made a mistake: ${messageOf(thrown)}.`,
    detail: {},
    hint: 'What the server was asked before this may have been done: see towpath status. Please report it; TOWPATH_DEBUG=1 shows where it happened.',
    docs: docsOf('MISTAKE_IN_TOWPATH'),
  }
  return { failure, exit: exitCodes.failed }
}

/** A failure as a person reads it: what and why, every single problem, what was not changed, where to read more. */
export function failurePage({ code, title, detail, hint, docs }: Failure): Line[] {
  return [
    line(span('bad', '✖ '), span('strong', title)),
    ...problemLines(detail['problems']),
    ...(hint === '' ? [] : [line(`  ${hint}`)]),
    line(span('quiet', `  ${code}  ${docs}`)),
  ]
}

function problemLines(problems: unknown): Line[] {
  if (!Array.isArray(problems) || problems.length < 2) return []
  return problems.map((problem: unknown) => line(`  - ${problemText(problem)}`))
}

function problemText(problem: unknown): string {
  if (typeof problem !== 'object' || problem === null) return String(problem)
  const { file, line: row, col, message } = problem as Record<string, unknown>
  const place =
    typeof file === 'string'
      ? `${[file, row, col]
          .filter((part) => part !== undefined)
          .map(String)
          .join(':')} `
      : ''
  return `${place}${String(message)}`
}

const commandInText = /(?::\s|`|\()(towpath [^`);]+?)(?:`|\)|;|,\s|\.(?=\s|$)|$)/g

/** Commands that a hint names, to run next: those behind a colon, in backticks or in brackets. */
export const commandsIn = (hint: string): string[] => [
  ...new Set([...hint.matchAll(commandInText)].map((match) => match[1]?.trim() ?? '')),
]
