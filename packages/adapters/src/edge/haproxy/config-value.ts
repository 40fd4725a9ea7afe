import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { isIPv4 } from 'node:net'

const refused = (what: string, value: string): TowpathError =>
  new TowpathError({
    code: 'EDGE_VALUE_REFUSED',
    kind: 'usage',
    message: `The edge cannot be told ${what} ${JSON.stringify(value.slice(0, 100))}: it has characters that would change the meaning of the edge's file.`,
    hint: 'The edge was not changed. Use letters, digits, dots, dashes and underscores.',
    detail: { what },
  })

/** A name or release as one word of the file. Throws EDGE_VALUE_REFUSED for anything that is not plainly one. */
export const word = (what: string, value: string): string => {
  if (!/^[\w.@:/+-]{1,200}$/.test(value)) throw refused(what, value)
  return value
}

/** A service or slot name: a word that is also safe as part of a file name and of another name. */
export const name = (what: string, value: string): string => {
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(value)) throw refused(what, value)
  return value
}

/** A slot name has no dot: the dot divides it from its twins' suffix. */
export const slotName = (value: string): string => {
  if (value.includes('.')) throw refused('the slot', value)
  return name('the slot', value)
}

export const address = (value: string): string => {
  if (!isIPv4(value)) throw refused('the address', value)
  return value
}

export const port = (value: number): number => {
  if (!Number.isInteger(value) || value < 1 || value > 65_535) throw refused('the port', String(value))
  return value
}

/** A request path in single quotes, inside which the file knows no escapes; so a quote or a blank is refused. */
export const quotedPath = (value: string): string => {
  if (!/^\/[\x21-\x26\x28-\x7e]{0,1000}$/.test(value)) throw refused('the health path', value)
  return `'${value}'`
}

/** Whole number from `min` up, for times and status codes. */
export const whole = (what: string, value: number, min = 1): number => {
  if (!Number.isSafeInteger(value) || value < min) throw refused(what, String(value))
  return value
}
