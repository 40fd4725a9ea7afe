/** Lines that one commit added to one file, in one piece. */
export interface AddedLines {
  commit: string
  file: string
  /** Line of the first of them in the file as the commit left it, from 1. */
  line: number
  text: string
}

export interface ReadLog {
  added: AddedLines[]
  commits: number
  /** Files that git calls binary: their bytes are not in the log. */
  binaries: number
}

/** The format to ask git for, with `--patch --unified=0`: a line that no file can hold begins each commit. */
export const logFormat = '%x00commit %H'

/**
 * Reads what `git log --patch --unified=0` prints. How many lines a piece has is said before it, so that a line of a
 * file that looks like a header is never taken for one.
 */
export function readLog(log: string): ReadLog {
  const read: ReadLog = { added: [], commits: 0, binaries: 0 }
  const at = { commit: '', file: '' }
  const rows = log.split('\n')
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] ?? ''
    const piece = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(row)
    if (piece !== null) {
      const [, removed = '1', line = '1', count = '1'] = piece
      const taken = pieceAt(rows, index + 1, { removed: Number(removed), added: Number(count) })
      if (taken.lines.length > 0) read.added.push({ ...at, line: Number(line), text: taken.lines.join('\n') })
      index = taken.last
    } else readHeader(row, at, read)
  }
  return read
}

function readHeader(row: string, at: { commit: string; file: string }, read: ReadLog): void {
  if (row.startsWith('\0commit ')) {
    at.commit = row.slice('\0commit '.length).trim()
    read.commits += 1
  } else if (row.startsWith('+++ ')) at.file = pathIn(row.slice('+++ '.length))
  else if (row.startsWith('Binary files ')) read.binaries += 1
}

/** `b/path`, with a tab behind it where it holds blanks, in quotes where it holds more than that. */
const pathIn = (text: string): string =>
  text
    .replace(/\t.*$/, '')
    .replace(/^"(.*)"$/, '$1')
    .replace(/^b\//, '')

function pieceAt(
  rows: readonly string[],
  start: number,
  left: { removed: number; added: number },
): { lines: string[]; last: number } {
  const lines: string[] = []
  let { removed, added } = left
  let index = start
  for (; index < rows.length && (removed > 0 || added > 0); index += 1) {
    const row = rows[index] ?? ''
    if (row.startsWith('-') && removed > 0) removed -= 1
    else if (row.startsWith('+') && added > 0) {
      added -= 1
      lines.push(row.slice(1))
    } else if (!row.startsWith('\\')) break
  }
  return { lines, last: index - 1 }
}
