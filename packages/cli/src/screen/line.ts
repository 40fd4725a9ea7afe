import { stripVTControlCharacters } from 'node:util'
import { printable } from '@towpath/domain/config/printable.ts'
import { truncate, widthOf } from './text-width.ts'

/** Colour is the third sign after glyph and word: a page must read the same without it. */
export type Style = 'good' | 'bad' | 'running' | 'warning' | 'quiet' | 'strong'

export interface Span {
  text: string
  style: Style | null
}

/** One line of a page, not yet cut to any width. */
export type Line = readonly Span[]

export type Paint = (style: Style, text: string) => string

/** Text with its style. Control characters of outside data do not get past here. */
export const span = (style: Style | null, text: string): Span => ({
  text: printable(stripVTControlCharacters(text)),
  style,
})

/** A line of plain texts and spans. */
export const line = (...parts: readonly (string | Span)[]): Line =>
  parts.map((part) => (typeof part === 'string' ? span(null, part) : part))

export const blank: Line = []

export const unpainted: Paint = (_style, text) => text

/** Cuts a line to the width and paints it; `columns` null never cuts. Spaces at the end are left away. */
export function renderLine(content: Line, columns: number | null, paint: Paint): string {
  const spans = withoutEnd(columns === null ? content : cutLine(withoutEnd(content), columns))
  return spans.map(({ text, style }) => (style === null || text === '' ? text : paint(style, text))).join('')
}

/** Without the spaces that end it, over as many spans as they go. */
function withoutEnd(content: Line): Line {
  const last = content.at(-1)
  if (last === undefined) return content
  const text = last.text.trimEnd()
  return text === '' ? withoutEnd(content.slice(0, -1)) : [...content.slice(0, -1), { ...last, text }]
}

/** A page as text, each line ended; lines are cut only where a width is given. */
export const renderPage = (
  lines: readonly Line[],
  { columns, paint }: { columns: number | null; paint: Paint },
): string => lines.map((content) => `${renderLine(content, columns, paint)}\n`).join('')

function cutLine(content: Line, columns: number): Line {
  let left = columns
  const kept: Span[] = []
  for (const { text, style } of content) {
    const fits = widthOf(text) <= left
    kept.push({ text: truncate(text, left), style })
    if (!fits) return kept
    left -= widthOf(text)
  }
  return kept
}
