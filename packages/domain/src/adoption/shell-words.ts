/** A shell's own signs: a line that holds one outside quotes is more than a command and its words. */
const SIGNS = /[$`;&|<>(){}*?~#\n!\\[\]]/
const WORD = /\s*(?:"([^"$`\\]*)"|'([^']*)'|([^\s"']+))(?=\s|$)/y

/** Words of a plain command; null where only a shell could tell what they are. */
export function shellWords(text: string): string[] | null {
  const line = text.trim()
  const words: string[] = []
  WORD.lastIndex = 0
  while (WORD.lastIndex < line.length) {
    const match = WORD.exec(line)
    if (match === null) return null
    const [, double, single, bare] = match
    if (bare !== undefined && (SIGNS.test(bare) || (words.length === 0 && bare.includes('=')))) return null
    words.push(double ?? single ?? bare ?? '')
  }
  return words.length === 0 ? null : words
}
