import { parse } from 'dotenv'
import { withoutByteOrderMark } from './format-problems.ts'
import { orderProblems } from './problem.ts'
import type { Problem } from './problem.ts'

export type SettingsReading =
  | { ok: true; settings: ReadonlyMap<string, string> }
  | { ok: false; problems: Problem[] }

const TEXT_LENGTH_MAX = 256 * 1024
const ASSIGNMENT = /^\s*(?:export\s+)?([^\s=#]+)\s*=(.*)$/s
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const QUOTED = /^\s*(?:'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`)[^\S\n]*(?:#.*)?$/

/**
 * Reads a dotenv file, strictly: what other readers skip or cut without a word is a problem here. The values may be
 * secrets, so no message holds one, and every problem is concealed from code frames.
 */
export function parseSettings(input: { path: string; text: string }): SettingsReading {
  const lines = withoutByteOrderMark(input.text).replaceAll(/\r\n?/g, '\n').split('\n')
  const settings = new Map<string, string>()
  const problems: Problem[] = []
  const report = (line: number, message: string, hint: string | null = null): void => {
    problems.push({
      file: input.path,
      line: line + 1,
      col: 1,
      length: Math.max(1, lines[line]?.length ?? 1),
      message,
      hint,
      conceal: true,
    })
  }
  if (input.text.length > TEXT_LENGTH_MAX) {
    report(0, `the file is ${input.text.length} characters long; at most ${TEXT_LENGTH_MAX} are read`)
    return { ok: false, problems }
  }
  let index = 0
  while (index < lines.length) {
    const entry = readEntry(lines, index)
    if (entry.kind === 'problem') report(index, entry.message, entry.hint)
    if (entry.kind === 'setting') {
      if (settings.has(entry.name)) report(index, `${entry.name} is set twice in this file`)
      settings.set(entry.name, entry.value)
    }
    index += entry.kind === 'setting' ? entry.lines : 1
  }
  return problems.length > 0 ? { ok: false, problems: orderProblems(problems) } : { ok: true, settings }
}

/** Several files as one: later over earlier. */
export const mergeSettings = (files: readonly ReadonlyMap<string, string>[]): Map<string, string> =>
  new Map(files.flatMap((file) => [...file]))

type Entry =
  | { kind: 'nothing' }
  | { kind: 'setting'; name: string; value: string; lines: number }
  | { kind: 'problem'; message: string; hint: string | null }

const problem = (message: string, hint: string | null = null): Entry => ({ kind: 'problem', message, hint })

function readEntry(lines: readonly string[], index: number): Entry {
  const line = lines[index] ?? ''
  if (/^\s*(?:#.*)?$/.test(line)) return { kind: 'nothing' }
  if (line.includes('\0')) return problem('this line holds a NUL character')
  const [, name, written = ''] = ASSIGNMENT.exec(line) ?? []
  if (name === undefined) return problem('this line sets nothing', 'write NAME=value, or # before a comment')
  if (!NAME.test(name) || name === '__proto__') {
    return problem('this is no name of a setting', 'letters, digits and _, and no digit first')
  }
  return /^\s*['"`]/.test(written)
    ? readQuoted({ lines, index, name, written })
    : (unquotedTrap(name, written) ?? setting(name, [line]))
}

const setting = (name: string, lines: readonly string[]): Entry => ({
  kind: 'setting',
  name,
  value: parse(lines.join('\n'))[name] ?? '',
  lines: lines.length,
})

function readQuoted(entry: {
  lines: readonly string[]
  index: number
  name: string
  written: string
}): Entry {
  const count = quotedLines(entry.lines, entry.index, entry.written)
  return count === null
    ? problem(`the quote that opens the value of ${entry.name} is never closed on its own`)
    : setting(entry.name, entry.lines.slice(entry.index, entry.index + count))
}

/** How many lines a quoted value runs over; null where its quote is never closed, or text follows it. */
function quotedLines(lines: readonly string[], index: number, written: string): number | null {
  const quote = written.trimStart()[0] ?? '"'
  let value = written
  for (let count = 1; index + count <= lines.length; count += 1) {
    if (QUOTED.test(value)) return count
    if (closes(value, quote)) return null
    value += `\n${lines[index + count] ?? ''}`
  }
  return null
}

const closes = (value: string, quote: string): boolean =>
  value.trimStart().slice(1).replaceAll(`\\${quote}`, '').includes(quote)

/** Dotenv readers cut an unquoted value at #, and only some of them put variables in. */
function unquotedTrap(name: string, written: string): Entry | null {
  if (/\S#/.test(written))
    return problem(`the value of ${name} would end at its #`, 'put the value in single quotes')
  if (/\$\{/.test(written)) {
    return problem(
      `the value of ${name} holds \${...}, and settings are not expanded`,
      'write the value out, or put it in single quotes if it is meant',
    )
  }
  return null
}
