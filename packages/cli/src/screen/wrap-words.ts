import { widthOf } from './text-width.ts'

/** Breaks a text between words so that each row fits beside an indent; null columns and words that are too long are left whole. */
export function wrapWords(text: string, columns: number | null, indent: number): string[] {
  const width = columns === null ? Infinity : Math.max(20, columns - indent - 1)
  const rows: string[] = []
  for (const word of text.split(' ')) {
    const last = rows.at(-1)
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width)
      rows[rows.length - 1] = `${last} ${word}`
    else rows.push(word)
  }
  return rows
}
