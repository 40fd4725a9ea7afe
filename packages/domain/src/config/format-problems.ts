import type { Problem } from './problem.ts'
import { printable } from './printable.ts'

/** Widest code line of a frame: past it, only the surroundings of the mistake are shown. */
const FRAME_WIDTH_MAX = 100
const CONCEALED = '********'

/**
 * All problems of one file as a person reads them: place, message, the line before, the line with a caret under the
 * mistake, and a hint. Control characters of the file do not reach the terminal, concealed values do not reach the text.
 */
export function formatProblems(problems: readonly Problem[], text: string): string {
  const lines = withoutByteOrderMark(text).split(/\r\n?|\n/)
  const concealed = problems.filter((problem) => problem.conceal)
  return problems.map((problem) => formatProblem(problem, lines, concealed)).join('\n\n')
}

/** Editors that write a byte order mark do not count it as a column. */
export const withoutByteOrderMark = (text: string): string =>
  text.startsWith('\uFEFF') ? text.slice(1) : text

function formatProblem(problem: Problem, lines: readonly string[], concealed: readonly Problem[]): string {
  const gutter = String(problem.line).length
  const row = (label: string, content: string): string => `  ${label.padStart(gutter)} | ${content}`.trimEnd()
  const code = concealLine(
    lines[problem.line - 1] ?? '',
    concealed.filter(({ line }) => line === problem.line),
  )
  const col = code.colOf(problem.col)
  const start = Math.max(0, Math.min(col - 1 - FRAME_WIDTH_MAX / 2, code.text.length - FRAME_WIDTH_MAX))
  const window = code.text.slice(start, start + FRAME_WIDTH_MAX)
  const underlined = problem.conceal ? CONCEALED.length : problem.length
  const carets = Math.max(1, Math.min(underlined, window.length - (col - 1 - start)))
  return [
    `${problem.file}:${problem.line}:${problem.col}: ${problem.message}`,
    // A concealed value may run over several lines, so beside one no line is shown but the mistake's own.
    ...(problem.line > 1 && concealed.length === 0
      ? [row(String(problem.line - 1), lineBefore(lines, problem))]
      : []),
    row(String(problem.line), printable(window)),
    row('', ' '.repeat(col - 1 - start) + '^'.repeat(carets)),
    ...(problem.hint === null ? [] : [`  ${problem.hint}`]),
  ].join('\n')
}

const lineBefore = (lines: readonly string[], { line }: Problem): string =>
  printable(concealLine(lines[line - 2] ?? '', []).text).slice(0, FRAME_WIDTH_MAX)

/** Hides concealed values, and what looks like a password where the file cannot be read well enough to know. */
function concealLine(
  line: string,
  concealed: readonly Problem[],
): { text: string; colOf(col: number): number } {
  const rightmostFirst = concealed.toSorted((a, b) => b.col - a.col)
  const hidden = rightmostFirst.reduce(
    (text, { col, length }) => text.slice(0, col - 1) + CONCEALED + text.slice(col - 1 + length),
    line,
  )
  const moved = (col: number): number =>
    concealed
      .filter((other) => other.col < col)
      .reduce((sum, { length }) => sum + CONCEALED.length - length, col)
  return {
    text: hidden
      .replace(/(:\/\/[^\s:@/]{0,256}:)[^\s@]{1,1024}@/g, `$1${CONCEALED}@`)
      .replace(/^(\s*(?:- )?password\s*:\s*)(?!secret:|\*)\S.*$/, `$1${CONCEALED}`),
    colOf: moved,
  }
}
