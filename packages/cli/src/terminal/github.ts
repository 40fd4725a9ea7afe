import type { Problem } from '@towpath/domain/config/problem.ts'
import type { Answer } from '../outcome/answer.ts'
import type { Failure } from '../outcome/failure.ts'
import type { Context } from './context.ts'

/** Marks a failure in the log of a GitHub Actions run, at its place in a file where it has one. */
export function annotate(
  { terminal, shell }: Context,
  failure: Failure,
  problems: readonly Problem[] = [],
): void {
  if (!terminal.annotates) return
  const marks = [
    githubMark('error', failure.title, { title: failure.code }),
    ...problems.map(({ file, line, col, message }) =>
      githubMark('error', message, { file, line: String(line), col: String(col) }),
    ),
  ]
  shell.stdout.write(marks.join(''))
}

/** One workflow command that marks a place in a file, or the run. */
export const githubMark = (
  level: 'error' | 'warning',
  message: string,
  properties: Record<string, string>,
): string => {
  const named = Object.entries(properties).map(([name, value]) => `${name}=${escaped(value, /[%\r\n:,]/g)}`)
  return `::${level} ${named.join(',')}::${escaped(message, /[%\r\n]/g)}\n`
}

/** A line break or a colon in outside text must not begin a workflow command of its own. */
const escaped = (text: string, special: RegExp): string =>
  text.replaceAll(special, (character) => encodeURIComponent(character))

/** Adds how a deployment ended to the job's summary page. */
export async function summarize({ shell }: Context, { json, failure }: Answer): Promise<void> {
  const page = shell.env['GITHUB_STEP_SUMMARY']
  const { deployment } = json
  if (!page || typeof deployment !== 'object' || deployment === null || !('outcome' in deployment)) return
  const facts = Object.entries(deployment).filter(
    ([, value]) => typeof value === 'string' || typeof value === 'number',
  )
  const rows = facts.map(([name, value]) => `| ${name} | ${cell(String(value))} |\n`)
  const why = failure === undefined ? '' : `\n${cell(failure.title)}\n`
  const { appendFile } = await import('node:fs/promises')
  await appendFile(page, `### Towpath\n\n| | |\n|---|---|\n${rows.join('')}${why}\n`)
}

const cell = (text: string): string => text.replaceAll(/[|<>`\r\n]/g, ' ')
