/** Longest line of a field that is wanted; what is longer is cut, and no name or version is as long. */
const VALUE_LENGTH_MAX = 4096

/**
 * Paragraphs of `Key: value` lines with blank lines between, as dpkg writes them. Only the fields asked for are kept, by
 * their lower-case names; continued lines, which begin with a blank, are not. A field that stands there twice is empty:
 * nobody knows which one counts.
 */
export function* controlParagraphs(
  text: string,
  wanted: ReadonlySet<string>,
): Generator<Map<string, string>> {
  let fields = new Map<string, string>()
  let hasLines = false
  for (const row of rowsOf(text)) {
    if (row.trim() === '') {
      if (hasLines) yield fields
      fields = new Map()
      hasLines = false
      continue
    }
    hasLines = true
    const colon = row.indexOf(':')
    if (colon <= 0 || row.startsWith(' ') || row.startsWith('\t')) continue
    const key = row.slice(0, colon).toLowerCase()
    if (!wanted.has(key)) continue
    fields.set(key, fields.has(key) ? '' : row.slice(colon + 1, colon + VALUE_LENGTH_MAX).trim())
  }
  if (hasLines) yield fields
}

/** Lines one after the other, so that a file of 60 MB is not held a second time as a list. */
export function* rowsOf(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at)
    yield text.slice(at, end < 0 ? text.length : end)
    at = end < 0 ? text.length : end + 1
  }
}
