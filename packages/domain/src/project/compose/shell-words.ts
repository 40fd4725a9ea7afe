const PIECES = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)|(\s+)/y

/**
 * Splits a command as a shell splits words: quotes group, a backslash takes the next character as it is. Nothing is
 * expanded. Null where a quote is not closed or a backslash ends the text.
 */
export function splitShellWords(text: string): string[] | null {
  const words: string[] = []
  let word: string | null = null
  PIECES.lastIndex = 0
  while (PIECES.lastIndex < text.length) {
    const piece = PIECES.exec(text)
    if (!piece) return null
    const [, single, double, escaped, plain, space] = piece
    if (space !== undefined) {
      if (word !== null) words.push(word)
      word = null
    } else
      word = (word ?? '') + (single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
  }
  return word === null ? words : [...words, word]
}
