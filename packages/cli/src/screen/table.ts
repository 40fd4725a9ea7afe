import { blank } from './line.ts'
import type { Line, Span } from './line.ts'
import { span } from './line.ts'
import { truncate, widthOf } from './text-width.ts'

const gap = '  '
const narrowestColumn = 6

export interface Table {
  head: readonly string[]
  rows: readonly (readonly Span[])[]
}

/** Rows under a head, cells padded to one width per column; columns shrink from the widest where they do not fit. */
export function tableLines({ head, rows }: Table, columns: number | null): Line[] {
  const heads = head.map((text) => span('quiet', text))
  const natural = head.map((text, at) =>
    Math.max(widthOf(text), ...rows.map((row) => widthOf(row[at]?.text ?? ''))),
  )
  const widths = columns === null ? natural : fit(natural, columns)
  return [heads, ...rows].map((row) => rowLine(row, widths))
}

/** Name and value per line, for terminals too narrow for a table: one block per row. */
export const blockLines = ({ head, rows }: Table): Line[] =>
  rows.flatMap((row, at) => [
    ...(at === 0 ? [] : [blank]),
    ...row.map((cell, column): Line => {
      if (column === 0) return [{ ...cell, style: 'strong' }]
      return [span('quiet', `  ${(head[column] ?? '').padEnd(longest(head))}${gap}`), cell]
    }),
  ])

const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map(widthOf))

const rowLine = (row: readonly Span[], widths: readonly number[]): Line =>
  row.map(({ text, style }, at) => {
    const width = widths[at] ?? 0
    const shown = truncate(text, width)
    const isLast = at === row.length - 1
    return { text: isLast ? shown : shown + ' '.repeat(width - widthOf(shown)) + gap, style }
  })

function fit(natural: readonly number[], columns: number): number[] {
  const widths = [...natural]
  const total = (): number => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1))
  while (total() > columns) {
    const widest = widths.indexOf(Math.max(...widths))
    const width = widths[widest] ?? 0
    if (width <= narrowestColumn) break
    widths[widest] = width - 1
  }
  return widths
}
