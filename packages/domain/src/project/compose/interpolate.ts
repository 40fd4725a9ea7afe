/** Gives the value of a variable; `undefined` where it is not set. */
export type Lookup = (name: string) => string | undefined

export interface Interpolated {
  /** Empty where it failed. */
  text: string
  /** Variables that were asked for, are not set and have no default: they became empty. In order, without repeats. */
  unset: string[]
  /** Why it could not be done, as half a sentence for a person; `null` where it could. */
  failure: string | null
}

/** References inside defaults inside defaults. */
const MAX_NESTING = 20
/** One scalar that grows past this is an attack or a mistake. */
export const MAX_SCALAR_CHARS = 1024 * 1024

class Refused extends Error {}

interface Expansion {
  lookup: Lookup
  unset: Set<string>
}

/**
 * Puts variables into a text by the rules of the compose specification (chapter "Interpolation"): `$NAME`, `${NAME}`,
 * `:-` `-` defaults, `:?` `?` required, `:+` `+` replacements, nested; `$$` is a dollar sign, and a dollar sign that
 * starts none of these stays. Values are put in as they are, never read again. Never throws.
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  const unset = new Set<string>()
  try {
    return { text: expand(text, { lookup, unset }, 0), unset: [...unset], failure: null }
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown
    return { text: '', unset: [...unset], failure: thrown.message }
  }
}

function expand(text: string, expansion: Expansion, depth: number): string {
  if (depth > MAX_NESTING) throw new Refused(`defaults are nested more than ${MAX_NESTING} deep`)
  let result = ''
  let index = 0
  for (;;) {
    const dollar = text.indexOf('$', index)
    if (dollar === -1) return result + text.slice(index)
    const piece = reference(text.slice(dollar + 1), expansion, depth)
    result += text.slice(index, dollar) + piece.text
    index = dollar + 1 + piece.taken
    if (result.length > MAX_SCALAR_CHARS)
      throw new Refused(`the text grows past ${MAX_SCALAR_CHARS} characters`)
  }
}

/** What follows a dollar sign: the text it stands for, and how many characters of `rest` it took. */
function reference(rest: string, expansion: Expansion, depth: number): { text: string; taken: number } {
  if (rest.startsWith('$')) return { text: '$', taken: 1 }
  if (rest.startsWith('{')) {
    const end = closingBrace(rest)
    return { text: braced(rest.slice(1, end), expansion, depth), taken: end + 1 }
  }
  const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest)?.[0]
  if (name === undefined) return { text: '$', taken: 0 }
  return { text: direct(name, expansion), taken: name.length }
}

function closingBrace(rest: string): number {
  let open = 1
  for (let index = 1; index < rest.length; index += 1) {
    if (rest[index] === '}') open -= 1
    else if (rest.startsWith('${', index)) open += 1
    if (open === 0) return index
  }
  throw new Refused('"${" has no closing "}"')
}

function braced(body: string, expansion: Expansion, depth: number): string {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([\s\S]*))?$/.exec(body)
  const name = match?.[1]
  if (name === undefined) throw new Refused(`"\${${shortened(body)}}" is not a reference to a variable`)
  const operator = match?.[2]
  if (operator === undefined) return direct(name, expansion)
  const value = expansion.lookup(name)
  const present = value !== undefined && !(operator.startsWith(':') && value === '')
  const word = (): string => expand(match?.[3] ?? '', expansion, depth + 1)
  if (operator.endsWith('+')) return present ? word() : ''
  if (present) return value
  if (operator.endsWith('-')) return word()
  const why = word()
  throw new Refused(`the variable ${name} is required${why === '' ? '' : `: ${why}`}`)
}

function direct(name: string, expansion: Expansion): string {
  const value = expansion.lookup(name)
  if (value === undefined) expansion.unset.add(name)
  return value ?? ''
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
