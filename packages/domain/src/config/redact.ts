/** Shorter values are not hidden: `on`, `80` or `abc` as a "secret" would blank out half of every log. */
const SHORTEST_HIDDEN = 4
/** An encoded fragment must be this long, or chance finds it in innocent text. */
const SHORTEST_ENCODED = 8
/** Shorter than any value that is hidden, so that no hidden value fits inside it. */
const MARK = '•••'

/**
 * Makes a function that takes secret values out of text. Hidden are the values themselves, each line of a multi-line
 * value, the password inside a URL, and their URL-, JSON-, base64- and hex-encoded forms. Values under four characters
 * are left alone. Law: no value given here is found in what the function returns.
 */
export function redactor(values: Iterable<string>): (text: string) => string {
  const needles = [...new Set([...values].flatMap(formsOf))].toSorted((a, b) => b.length - a.length)
  return (text) => {
    let clean = hideAll(text, needles)
    // The mark and its neighbours may spell a value anew; each round is shorter, so this ends.
    while (needles.some((needle) => clean.includes(needle))) clean = hideAll(clean, needles)
    return clean
  }
}

/** Length of the longest text that `redactor(values)` looks for: what a stream must hold back between two chunks. */
export const longestForm = (values: Iterable<string>): number =>
  Math.max(0, ...[...values].flatMap(formsOf).map((form) => form.length))

/** Overlapping finds become one mark: hiding one value must not leave the rest of another standing. */
function hideAll(text: string, needles: readonly string[]): string {
  const finds = needles.flatMap((needle) => occurrences(text, needle)).toSorted((a, b) => a.start - b.start)
  let clean = ''
  let done = 0
  for (const { start, end } of finds) {
    if (start >= done) clean += text.slice(done, start) + MARK
    done = Math.max(done, end)
  }
  return clean + text.slice(done)
}

function occurrences(text: string, needle: string): { start: number; end: number }[] {
  const found = []
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
    found.push({ start: at, end: at + needle.length })
  }
  return found
}

function formsOf(value: string): string[] {
  const plain = [value, ...value.split(/\r?\n/), ...passwordsIn(value)].filter(isHidden)
  return [...plain, ...plain.flatMap(encodingsOf).filter((form) => form.length >= SHORTEST_ENCODED)]
}

const isHidden = (value: string): boolean => value.trim().length >= SHORTEST_HIDDEN

/** An application logs the parts of its database URL far more often than the whole. */
function passwordsIn(value: string): string[] {
  if (!URL.canParse(value)) return []
  const { password } = new URL(value)
  return [password, decoded(password)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function encodingsOf(value: string): string[] {
  const wellFormed = value.toWellFormed()
  const bytes = new TextEncoder().encode(wellFormed)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const percent = encodeURIComponent(wellFormed)
  return [
    percent,
    percent.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    percent.replaceAll('%20', '+'),
    JSON.stringify(value).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((shift) => base64At(bytes, shift)),
  ]
}

/**
 * The part of a base64 text that depends on `bytes` alone when `shift` bytes stand before them, as in `user:password`.
 * Both alphabets; six bits a character.
 */
function base64At(bytes: Uint8Array, shift: number): string[] {
  const text = btoa('\0'.repeat(shift) + Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  const own = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
  return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
}
