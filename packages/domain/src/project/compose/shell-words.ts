export interface ShellWords {
  words: string[]
  /** What begins with `;`, `&`, `|`, `<` or `>` outside quotes: no shell reads a command, and Docker Compose drops it. */
  dropped: string
}

/** A piece of a word, the space between words, or the sign that ends what is read. */
const PIECES =
  /(?<single>'[^']*')|"(?<double>(?:[^"\\]|\\[\s\S])*)"|\\(?<escaped>[\s\S])|(?<plain>`[^`]*`|\$\([^()]*\)|\$(?!\()|[^\s'"\\`$;&|<>()]+)|(?<space>[ \t\r\n]+)|(?<stop>[;&|<>])/y

/**
 * Splits a command as Docker Compose does: quotes group, a backslash takes the next character as it is. Nothing is
 * expanded. Null where a quote is not closed, a backslash ends the text, or a parenthesis stands alone.
 */
export function splitShellWords(text: string): ShellWords | null {
  const words: string[] = []
  let word: string | null = null
  PIECES.lastIndex = 0
  while (PIECES.lastIndex < text.length) {
    const start = PIECES.lastIndex
    const piece = PIECES.exec(text)?.groups
    if (piece === undefined) return null
    if (piece['stop'] !== undefined) {
      return {
        words: withLast(words, piece['stop'] === '>' ? unnumbered(word) : word),
        dropped: text.slice(start),
      }
    }
    if (piece['space'] === undefined) word = (word ?? '') + textOf(piece)
    else {
      words.splice(words.length, 0, ...withLast([], word))
      word = null
    }
  }
  return { words: withLast(words, word), dropped: '' }
}

const withLast = (words: readonly string[], word: string | null): string[] =>
  word === null ? [...words] : [...words, word]

/** `2>file`: the number belongs to what is dropped. */
const unnumbered = (word: string | null): string | null => (word !== null && /^\d/.test(word) ? null : word)

function textOf({ single, double, escaped, plain }: Readonly<Record<string, string | undefined>>): string {
  return single?.slice(1, -1) ?? double?.replaceAll(/\\([\s\S])/g, '$1') ?? escaped ?? plain ?? ''
}
