import type { Line, Span } from './line.ts'
import { widthOf } from './text-width.ts'

/**
 * Breaks a line between words where it would pass the width; what goes on stands under the column that it belongs to.
 * A command to type stays whole, so that it can be copied, and a row of a file as well.
 */
export function wrapLine(content: Line, columns: number): Line[] {
  const text = content.map((one) => one.text).join('')
  if (widthOf(text) <= columns || isRowOfFile(text)) return [content]
  const indent = hangingIndent(text, columns)
  const rows: Line[] = []
  let start = 0
  for (const end of breaksOf(text, { columns, indent })) {
    rows.push(rowOf(content, { start, end, indent: start === 0 ? 0 : indent }))
    start = end
  }
  return rows
}

const isRowOfFile = (text: string): boolean => /^\s*\d*\s*\| |^[-+@]/.test(text)

/**
 * Where the last column begins that leaves half of the width and room for every word: behind two spaces, an arrow or the
 * signs of a list.
 */
function hangingIndent(text: string, columns: number): number {
  const longest = Math.max(...wordsOf(text).map((word) => (isCommand(word) ? 0 : widthOf(word.trimEnd()))))
  const starts = [...text.matchAll(/^ *(?:-> |- |[✔✖▲●○?] )?(?=\S)|(?<=\S) {2,}(?:-> )?(?=\S)/g)]
    .map((match) => widthOf(text.slice(0, match.index + match[0].length)))
    .filter((width) => width <= columns / 2)
  return starts.findLast((width) => width + longest <= columns) ?? starts[0] ?? 0
}

const isCommand = (word: string): boolean => word.startsWith('towpath ')

/** Words with the spaces behind them; a command up to the end of its sentence is one. */
const wordsOf = (text: string): string[] =>
  text.match(/ +|towpath (?:[^ ]+ +)*?[^ ]*[.,)](?= |$) *|towpath .*$|[^ ]+ */g) ?? []

function breaksOf(text: string, { columns, indent }: { columns: number; indent: number }): number[] {
  const breaks: number[] = []
  let at = 0
  let width = 0
  let isBegun = false
  for (const word of wordsOf(text)) {
    if (isBegun && width + widthOf(word.trimEnd()) > columns) {
      breaks.push(at)
      width = indent
      isBegun = false
    }
    at += word.length
    width += widthOf(word)
    isBegun ||= word.trim() !== ''
  }
  return [...breaks, at]
}

/** A part of the line in its own styles, behind its indent. */
function rowOf(content: Line, { start, end, indent }: { start: number; end: number; indent: number }): Line {
  const spans: Span[] = indent === 0 ? [] : [{ text: ' '.repeat(indent), style: null }]
  let at = 0
  for (const { text, style } of content) {
    const part = text.slice(Math.max(0, start - at), Math.max(0, end - at))
    if (part !== '') spans.push({ text: part, style })
    at += text.length
  }
  return spans
}
