import type { Findings, Place } from './findings.ts'
import { interpolate } from './interpolate.ts'
import type { Lookup } from './interpolate.ts'

/** A process cannot be started with much more: its whole environment shares a quarter of the stack (execve(2)). */
export const MAX_ENV_FILE_CHARS = 128 * 1024

export interface EnvFileText {
  path: string
  text: string
  /** Values as they stand, without quotes, escapes or variables: `format: raw`. */
  raw?: boolean
  /** Values of the files before it, which it may refer to. */
  earlier?: ReadonlyMap<string, string>
}

const NAME = /[ \t]*(?:export[ \t]+)?([\p{L}_][\p{L}\p{N}_.[\]-]*)[ \t]*(=|:|(?=\r?\n|$))[ \t]*/uy
const QUOTED = /'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"/y
const BLANK = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y
const ESCAPES: Record<string, string> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  $: '$$',
}

/**
 * Reads an environment file by the rules of the compose specification (`env_file`): quotes, comments, `export`,
 * variables in unquoted and double-quoted values, those of `lookup` before those of the file. A name without value is
 * taken from `lookup`, or left out.
 */
export function parseEnvFile(file: EnvFileText, lookup: Lookup, findings: Findings): Map<string, string> {
  const values = new Map<string, string>()
  if (file.text.length > MAX_ENV_FILE_CHARS) {
    const at: Place = { file: file.path, line: 1, col: 1 }
    findings.problem(
      at,
      `the file has more than ${MAX_ENV_FILE_CHARS} characters`,
      'Pass large values as files.',
    )
    return values
  }
  const within: Lookup = (name) => lookup(name) ?? values.get(name) ?? file.earlier?.get(name)
  const text = file.text.replace(/^\ufeff/, '')
  let index = 0
  let line = 1
  while (index < text.length) {
    const at: Place = { file: file.path, line, col: 1 }
    const blank = matchAt(BLANK, text, index)?.[0].length ?? 0
    const next =
      blank > 0
        ? index + blank
        : readLine({ text, index, raw: file.raw === true, at, within, findings }, values)
    line += newlines(text.slice(index, next))
    index = next
  }
  return values
}

interface Line {
  text: string
  index: number
  raw: boolean
  at: Place
  within: Lookup
  findings: Findings
}

/** Reads one assignment and tells where the next line starts. */
function readLine(line: Line, values: Map<string, string>): number {
  const head = matchAt(NAME, line.text, line.index)
  const end = endOfLine(line.text, line.index)
  if (head === null) {
    line.findings.problem(
      line.at,
      'this line is not KEY=value',
      'Start comments with #; quote values that run over lines.',
    )
    return end + 1
  }
  const [whole, name = '', separator] = head
  if (separator === '') {
    const value = line.within(name)
    if (value !== undefined) values.set(name, value)
    return end + 1
  }
  const start = line.index + whole.length
  const quoted = line.raw ? null : matchAt(QUOTED, line.text, start)
  if (quoted === null) {
    values.set(name, unquoted(line, line.text.slice(start, end)))
    return end + 1
  }
  const [, single, double] = quoted
  values.set(name, single?.replaceAll("\\'", "'") ?? expanded(line, unescaped(double ?? '')))
  return afterQuote(line, start + quoted[0].length)
}

function unquoted(line: Line, rest: string): string {
  const value = rest.replace(/\r$/, '')
  if (line.raw) return value
  if (/^['"]/.test(value))
    line.findings.problem(line.at, 'a quote is opened and never closed', 'Close it, or remove it.')
  const comment = value.indexOf(' #')
  return expanded(line, (comment === -1 ? value : value.slice(0, comment)).trimEnd())
}

function afterQuote(line: Line, index: number): number {
  const rest = matchAt(BLANK, line.text, index)
  if (rest !== null) return index + rest[0].length
  line.findings.problem(line.at, 'there is text after the closing quote', 'Only a comment may follow.')
  return endOfLine(line.text, index) + 1
}

/** A dollar sign that was escaped is doubled, so that interpolation gives it back. */
const unescaped = (text: string): string =>
  text.replaceAll(
    /\\([\s\S])/g,
    (whole, next: string) => ESCAPES[next] ?? (/["\\]/.test(next) ? next : whole),
  )

function expanded(line: Line, text: string): string {
  const result = interpolate(text, line.within)
  if (result.failure !== null)
    line.findings.problem(line.at, result.failure, 'Set the variable, or write $$ for a dollar sign.')
  for (const name of result.unset) {
    line.findings.unset(name, line.at, {
      message: `the variable ${name} is not set; it becomes empty`,
      hint: `Set ${name} for this environment.`,
    })
  }
  return result.text
}

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index
  return pattern.exec(text)
}

function endOfLine(text: string, index: number): number {
  const end = text.indexOf('\n', index)
  return end === -1 ? text.length : end
}

const newlines = (text: string): number => text.split('\n').length - 1

/** Environment files in order, later over earlier. */
export function parseEnvFiles(
  files: readonly EnvFileText[],
  lookup: Lookup,
  findings: Findings,
): Map<string, string> {
  const values = new Map<string, string>()
  for (const file of files) {
    const own = parseEnvFile({ ...file, earlier: values }, lookup, findings)
    for (const [name, value] of own) values.set(name, value)
  }
  return values
}
