/** Control characters steer terminals; hidden direction marks show text in another order than it is read by programs. */
const UNPRINTABLE =
  '[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]'

/** First character that no configuration file needs, as its place in the text; null where there is none. Tab and line ends are fine. */
export function firstUnprintable(text: string): number | null {
  const index = text.search(new RegExp(UNPRINTABLE))
  return index === -1 ? null : index
}

const everyUnprintable = new RegExp(UNPRINTABLE, 'g')

/** Unprintable characters as escapes, as text between double quotes has them in JSON and YAML (5.7). */
export const escapeUnprintable = (text: string): string =>
  text.replaceAll(everyUnprintable, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** One line of text that is safe to show: every unprintable character becomes one visible character, tabs a space. */
export const printable = (line: string): string =>
  line.replaceAll(/[\t\r\n]/g, ' ').replaceAll(everyUnprintable, '\uFFFD')
