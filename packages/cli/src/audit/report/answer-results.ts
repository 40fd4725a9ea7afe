import { counted } from '@towpath/domain/evidence/counted.ts'
import type { EvidenceUnknown } from '@towpath/domain/evidence/facts.ts'
import type { Answer } from '../../outcome/answer.ts'
import { documentOf } from '../../outcome/answer.ts'
import { exitCodes } from '../../outcome/exit-code.ts'
import { docsOf } from '../../outcome/failure.ts'
import type { Failure } from '../../outcome/failure.ts'
import { version } from '../../program/version.ts'
import { line, span } from '../../screen/line.ts'
import type { Line } from '../../screen/line.ts'
import type { Context } from '../../terminal/context.ts'
import { deliver } from './answer-audit.ts'

export interface ResultOptions {
  output?: string
}

/** What a check found in files, and how it is told. */
export interface Results {
  kind: 'pinning' | 'secrets'
  /** What was looked at. */
  scope: string
  results: readonly { rule: string; file: string; line: number | null; message: string }[]
  unknowns: readonly EvidenceUnknown[]
  /** Said where nothing was found and nothing is unknown. */
  clean: string
  code: 'PINNING_HAS_RESULTS' | 'SECRETS_FOUND'
  hint: string
}

const SHOWN_MAX = 50

/** The answer of a check: fails on results, and on what could not be looked at. With `-o` the document goes to a file. */
export async function answerResults(
  context: Context,
  { output }: ResultOptions,
  results: Results,
): Promise<Answer> {
  const { kind, scope, results: found, unknowns } = results
  const failure = failureOf(results)
  const answer: Answer = {
    page: output === undefined ? pageOf(results) : [],
    json: { kind, tool: { name: 'towpath', version }, scope, results: found, unknowns },
    ...(failure === null ? {} : { failure, exit: exitCodes.failed }),
  }
  if (output === undefined) return answer
  await deliver(context, `${JSON.stringify(documentOf(answer))}\n`, output)
  return { ...answer, silent: true }
}

function failureOf({ results, unknowns, code, hint, kind }: Results): Failure | null {
  if (results.length > 0)
    return { code, title: `${counted(results.length, 'result')}.`, detail: {}, hint, docs: docsOf(code) }
  if (unknowns.length === 0) return null
  return {
    code: 'CHECK_UNKNOWN',
    title: `Nothing was found, but ${counted(unknowns.length, 'thing')} could not be looked at.`,
    detail: { kind },
    hint: 'Unknown is not clean. Nothing was changed; the lines above say what to do about each.',
    docs: docsOf('CHECK_UNKNOWN'),
  }
}

function pageOf({ results, unknowns, scope, clean }: Results): Line[] {
  const left = results.length - SHOWN_MAX
  return [
    ...results
      .slice(0, SHOWN_MAX)
      .map(({ file, line: row, message, rule }) =>
        line(
          span('bad', '✖ '),
          span('strong', `${file}${row === null ? '' : `:${row}`}`),
          `  ${message}`,
          span('quiet', `  ${rule}`),
        ),
      ),
    ...(left > 0 ? [line(span('quiet', `  and ${left} more, see --json`))] : []),
    ...unknowns
      .slice(0, SHOWN_MAX)
      .map(({ message, hint }) => line(span('warning', '? '), message, span('quiet', `  ${hint}`))),
    results.length === 0 && unknowns.length === 0
      ? line(span('good', '✔ '), clean, span('quiet', `  (${scope})`))
      : line(span('quiet', `  looked at ${scope}`)),
  ]
}
