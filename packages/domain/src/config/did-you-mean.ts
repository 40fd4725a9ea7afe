import leven from 'leven'

/** Longest word worth comparing: the distance costs the product of both lengths, and the word may be hostile. */
const WORD_LENGTH_MAX = 64

/** The known word that a mistyped one most likely meant, or null where none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  if (word.length > WORD_LENGTH_MAX) return null
  // Two letters swapped count as two edits, so that much is near in any word longer than three letters.
  const distanceMax = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3))
  const ranked = known
    .filter((candidate) => candidate !== word)
    .map((candidate) => ({ candidate, distance: leven(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= distanceMax)
    .toSorted((a, b) => a.distance - b.distance)
  return ranked[0]?.candidate ?? null
}

/** A hint for a person: the near word, else the words there are, else null. */
export function suggestWord(word: string, known: readonly string[]): string | null {
  const nearest = nearestWord(word, known)
  if (nearest !== null) return `did you mean ${nearest}?`
  return known.length === 0 ? null : `known here: ${known.join(', ')}`
}
