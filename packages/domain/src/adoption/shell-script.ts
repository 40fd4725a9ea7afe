import { shellWords } from './shell-words.ts'

/** How a script for a shell ends: what is the first process of the container once everything before it has run. */
export type ScriptEnd =
  /** The shell becomes this program; no words where only a shell could tell them. `"$@"` is the one word `$@`. */
  | { kind: 'exec'; words: string[] }
  /** The shell stays and waits for a program; `at` is where `exec` could stand, null where it could not. */
  | { kind: 'stays'; at: number | null }
  | { kind: 'unclear' }

/** Quotes and variables, which hold no signs of the shell; redirections; what parts commands; what no reader here takes apart. */
const PIECE =
  /'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|\$\{[^{}]*\}|\$[\w@*#?!$-]|\d*[<>]&[\d-]*|&>>?|(?<part>&&|\|\||;;?|\n|\||&)|(?<bad><<|\$\(|[()`{}]|(?<![^\s;&|])#|['"$])|[\s\S]/gy
const RESERVED = /^(?:if|then|elif|else|fi|for|while|until|case|do|done|esac|in|function|select|!|\[\[)$/
/** Part of the shell itself, or with no program to become. */
const BUILTIN =
  /^(?:cd|export|source|\.|:|set|unset|eval|trap|wait|read|alias|ulimit|umask|exit|return|shift|local|readonly|command|type|hash|times|break|continue)$/

interface Segment {
  /** The sign before it. */
  before: string
  from: number
  to: number
}

export const isShellWord = (word: string): boolean => RESERVED.test(word) || BUILTIN.test(word)

/** Takes a script apart as far as it is a plain row of commands. Never throws. */
export function endOfScript(script: string): ScriptEnd {
  const segments = segmentsOf(script.trimEnd())
  const last = segments?.at(-1)
  if (segments === null || last === undefined) return { kind: 'unclear' }
  const firsts = segments.map(({ from, to }) => firstWord(script, from, to).word)
  if (firsts.some((word) => RESERVED.test(word)) || last.before === '||') return { kind: 'unclear' }
  const { word, at } = firstWord(script, last.from, last.to)
  if (word === 'exec') return execOf(script.slice(at + 4, last.to).trim())
  if (BUILTIN.test(word) || word === '') return { kind: 'unclear' }
  const isAlone = !['|', '&'].includes(last.before) && !segments.some(({ before }) => before === '&')
  return { kind: 'stays', at: isAlone && /^[\w./-]+$|^"\$@"$/.test(word) ? at : null }
}

/** The same of a file: comments and whatever stands before its last command are left aside. */
export function endOfScriptFile(text: string): ScriptEnd {
  const rows = text.replaceAll('\r', '').split('\n')
  const last = rows.findLastIndex((row) => !/^\s*(?:#.*)?$/.test(row))
  let first = last
  while (first > 0 && (rows[first - 1] ?? '').endsWith('\\')) first -= 1
  const command = rows.slice(first, last + 1).join('\n')
  const goesOn = /(?:&&|\|\||\||\{|\b(?:then|do|else))\s*$/.test(rows[first - 1] ?? '')
  // Inside a branch, a function or a text for another program the last line is not what the script ends in.
  if (last === -1 || goesOn || /^\s/.test(command) || text.includes('<<')) return { kind: 'unclear' }
  const end = endOfScript(command.replaceAll(/\\\n/g, '  '))
  if (end.kind !== 'stays' || end.at === null) return end
  return { kind: 'stays', at: rows.slice(0, first).join('\n').length + (first > 0 ? 1 : 0) + end.at }
}

function segmentsOf(script: string): Segment[] | null {
  const segments: Segment[] = []
  let from = 0
  let before = ''
  PIECE.lastIndex = 0
  for (const { 0: whole, index, groups } of script.matchAll(PIECE)) {
    if (groups?.['bad'] !== undefined) return null
    const sign = groups?.['part']
    if (sign === undefined) continue
    if (script.slice(from, index).trim() !== '') segments.push({ before, from, to: index })
    else if (sign !== '\n') return null
    from = index + whole.length
    before = sign
  }
  if (script.slice(from).trim() !== '') segments.push({ before, from, to: script.length })
  else if (before === '&') return null
  return segments
}

/** The first word that is no assignment, with its place. */
function firstWord(script: string, from: number, to: number): { word: string; at: number } {
  const text = script.slice(from, to)
  const lead = /^(?:\s*\w+=(?:"[^"]*"|'[^']*'|[^\s"']*)(?=\s))*\s*/.exec(text)?.[0].length ?? 0
  return { word: /^\S+/.exec(text.slice(lead))?.[0] ?? '', at: from + lead }
}

function execOf(rest: string): ScriptEnd {
  if (rest === '' || /^(?:\d*[<>]|-|&)/.test(rest)) return { kind: 'unclear' }
  const known = /^"?\$@"?$/.test(rest) ? ['$@'] : shellWords(rest)
  const first = /^[\w./-]+(?=\s|$)/.exec(rest)?.[0]
  return { kind: 'exec', words: known ?? (first === undefined ? [] : [first]) }
}
