let segmenter: Intl.Segmenter | undefined
/** Made at its first use: it takes longer to make than all of `--help`. */
const graphemesOf = (text: string): Intl.Segments => {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}
/** What takes one cell each: ASCII, and the signs of our own pages, so that most texts need no segmenter. */
const plain = /^[\x20-\x7e✔✖▲●○↺…]*$/
const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u
/** Blocks that terminals draw two cells wide: CJK, Hangul, full-width forms, pictographs. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Terminal cells that a text takes; it holds no escape sequences. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length
  let cells = 0
  for (const { segment } of graphemesOf(text)) cells += cellsOf(segment)
  return cells
}

/** The text, or as much of it as fits with an ellipsis behind it. */
export function truncate(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text
  let kept = ''
  let used = 0
  for (const { segment } of graphemesOf(text)) {
    const next = cellsOf(segment)
    if (used + next > cells - 1) break
    kept += segment
    used += next
  }
  return cells > 0 ? `${kept}…` : ''
}

const cellsOf = (grapheme: string): number => {
  if (invisible.test(grapheme)) return 0
  return wide.test(grapheme) || /\p{Emoji_Presentation}/u.test(grapheme) ? 2 : 1
}
