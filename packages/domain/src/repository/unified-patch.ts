import { createTwoFilesPatch } from 'diff'

/** One place of a text to change: from a line on (from 1), so many lines go and these come. */
export interface LineEdit {
  line: number
  remove: number
  insert: readonly string[]
}

/** The text after the edits, which must not overlap. Line ends stay as they are; inserted lines get the text's own. */
export function editLines(text: string, edits: readonly LineEdit[]): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = text.split(/(?<=\n)/)
  // From the end, so that lines above keep their numbers; of two at one line what removes comes before what only inserts.
  for (const { line, remove, insert } of edits.toSorted((a, b) => b.line - a.line || b.remove - a.remove)) {
    const added = insert.map((row) => `${row}${end}`)
    const before = lines[line - 2]
    // A last line without an end gets one before something follows it.
    if (added.length > 0 && before !== undefined && !before.endsWith('\n'))
      lines[line - 2] = `${before}${end}`
    lines.splice(line - 1, remove, ...added)
  }
  return lines.join('')
}

/** Longest text for which a patch is made: the comparison costs more than reading. */
const TEXT_LENGTH_MAX = 256 * 1024

/** A unified diff that `git apply` takes, or null where nothing differs or the text is too long to compare. */
export function unifiedPatch(path: string, before: string, after: string): string | null {
  if (before === after || before.length > TEXT_LENGTH_MAX || /[\r\n\t"\\]/.test(path)) return null
  const patch = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {
    context: 3,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  })
  // A tab ends a name that holds spaces: without it patch(1) takes the first word for the whole name.
  return path.includes(' ') ? patch.replace(/^(--- .*)\n(\+\+\+ .*)\n/, '$1\t\n$2\t\n') : patch
}
