/** A value of an expression of GitHub Actions that has no parts. */
export type Primitive = string | number | boolean | null

/** What an expression may come to: one of some values, a text that starts in some way, or anything. */
export interface Possible {
  truth: 'yes' | 'no' | 'maybe'
  /** Every value it may have; null where they are not known. */
  values: readonly Primitive[] | null
  /** Known start of a text that is not known whole. */
  prefix: string | null
}

export const anything: Possible = { truth: 'maybe', values: null, prefix: null }

export const oneOf = (...values: Primitive[]): Possible => {
  const truths = new Set(values.map(isTruthy))
  const truth = truths.size !== 1 ? 'maybe' : truths.has(true) ? 'yes' : 'no'
  return { truth, values, prefix: null }
}

/** Some text with this start; never empty. */
export const textFrom = (prefix: string): Possible => ({ truth: 'yes', values: null, prefix })

const isTruthy = (value: Primitive): boolean =>
  value !== null && value !== false && value !== 0 && value !== '' && !Number.isNaN(value)

export const not = ({ truth }: Possible): Possible =>
  ofTruth({ yes: 'no', no: 'yes', maybe: 'maybe' }[truth] as Possible['truth'])

export const ofTruth = (truth: Possible['truth']): Possible =>
  truth === 'maybe' ? anything : oneOf(truth === 'yes')

export function both(a: Possible, b: Possible): Possible {
  if (a.truth === 'no') return a
  if (a.truth === 'yes') return b
  return b.truth === 'no' ? { ...anything, truth: 'no' } : anything
}

export function either(a: Possible, b: Possible): Possible {
  if (a.truth === 'yes') return a
  if (a.truth === 'no') return b
  return b.truth === 'yes' ? { ...anything, truth: 'yes' } : anything
}

/** Whether two are equal by the loose rules of GitHub Actions: texts without regard to case, other kinds as numbers. */
export function equal(a: Possible, b: Possible): Possible {
  if (a.values !== null && b.values !== null) {
    const answers = new Set(a.values.flatMap((left) => b.values?.map((right) => isEqual(left, right)) ?? []))
    return answers.size === 1 ? ofTruth(answers.has(true) ? 'yes' : 'no') : anything
  }
  const [text, known] = a.values === null ? [a, b] : [b, a]
  const { prefix } = text
  if (prefix === null || known.values === null) return anything
  const fits = known.values.some((value) => typeof value === 'string' && starts(value, prefix))
  return fits ? anything : ofTruth('no')
}

function isEqual(a: Primitive, b: Primitive): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.toUpperCase() === b.toUpperCase()
  return typeof a === typeof b && a !== null && b !== null ? a === b : numberOf(a) === numberOf(b)
}

const numberOf = (value: Primitive): number =>
  value === null ? 0 : typeof value === 'string' && value.trim() === '' ? 0 : Number(value)

export const starts = (text: string, prefix: string): boolean =>
  text.toUpperCase().startsWith(prefix.toUpperCase())

/** Asks each pair of texts; what is no text that is known answers maybe. */
export function ofTexts(a: Possible, b: Possible, ask: (left: string, right: string) => boolean): Possible {
  if (a.values === null || b.values === null) return anything
  const answers = new Set(
    a.values.flatMap((left) => b.values?.map((right) => ask(String(left ?? ''), String(right ?? ''))) ?? []),
  )
  return answers.size === 1 ? ofTruth(answers.has(true) ? 'yes' : 'no') : anything
}

/** `startsWith`, which can also be told from the start of a text that is not known whole. */
export function startsWith(text: Possible, start: Possible): Possible {
  const { prefix } = text
  const only = start.values?.length === 1 ? start.values[0] : undefined
  if (prefix === null || typeof only !== 'string') return ofTexts(text, start, starts)
  if (starts(prefix, only)) return ofTruth('yes')
  return starts(only, prefix) ? anything : ofTruth('no')
}
