import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { secretPlaceholder } from '../../config/secret-placeholder.ts'
import { interpolate, MAX_SCALAR_CHARS } from './interpolate.ts'

const values: Record<string, string> = {
  SET: 'value',
  EMPTY: '',
  OTHER: 'other',
  DOLLAR: '$SET ${SET}',
  _x1: 'odd',
}
const lookup = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined)

describe('references become the values the specification gives them', () => {
  test.each([
    ['$SET', 'value'],
    ['${SET}', 'value'],
    ['a$SET/b', 'avalue/b'],
    ['${SET}${OTHER}', 'valueother'],
    ['$_x1', 'odd'],
    ['$UNSET', ''],
    ['${EMPTY}', ''],
    ['${SET:-d}', 'value'],
    ['${SET-d}', 'value'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${UNSET:-d}', 'd'],
    ['${UNSET-d}', 'd'],
    ['${UNSET:-}', ''],
    ['${SET:+r}', 'r'],
    ['${SET+r}', 'r'],
    ['${EMPTY:+r}', ''],
    ['${EMPTY+r}', 'r'],
    ['${UNSET:+r}', ''],
    ['${UNSET+r}', ''],
    ['${SET:?needed}', 'value'],
    ['${EMPTY?needed}', ''],
    ['${UNSET:-${OTHER}}', 'other'],
    ['${UNSET:-${UNSET2:-deep}}', 'deep'],
    ['${UNSET:-$OTHER-x}', 'other-x'],
    ['${UNSET:-a}b}', 'ab}'],
    ['${UNSET:-a:-b}', 'a:-b'],
    ['${UNSET:-http://h:1/?q=1}', 'http://h:1/?q=1'],
    ['${SET:+${OTHER}}', 'other'],
    ['${UNSET:-two\nlines}', 'two\nlines'],
    ['$$SET', '$SET'],
    ['$$$SET', '$value'],
    ['$$$$', '$$'],
    ['${UNSET:-$$x}', '$x'],
    ['100$', '100$'],
    ['$1 $- $.', '$1 $- $.'],
    ['${DOLLAR}', '$SET ${SET}'],
  ])('%s is %s', (text, expected) => {
    expect(interpolate(text, lookup)).toMatchObject({ text: expected, failure: null })
  })
})

test.each([
  ['${UNSET:?set it}', 'the variable UNSET is required: set it'],
  ['${EMPTY:?}', 'the variable EMPTY is required'],
  ['${UNSET?$OTHER}', 'the variable UNSET is required: other'],
  ['${SET', '"${" has no closing "}"'],
  ['${}', '"${}" is not a reference to a variable'],
  ['${SET/a/b}', '"${SET/a/b}" is not a reference to a variable'],
  ['${ SET }', '"${ SET }" is not a reference to a variable'],
])('%s is refused: %s', (text, failure) => {
  expect(interpolate(text, lookup)).toMatchObject({ text: '', failure })
})

test('only references without a value or a default count as unset, each once', () => {
  const { unset } = interpolate('$A ${A} ${B:-b} ${SET:-$C} ${D:+x} ${E:-$F} $EMPTY', lookup)
  expect(unset).toEqual(['A', 'F'])
})

test('stand-ins of secrets flow through', () => {
  const secret = secretPlaceholder('PASSWORD')
  expect(interpolate('postgres://u:${P}@h', () => secret).text).toBe(`postgres://u:${secret}@h`)
})

describe('laws', () => {
  const plain = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('$'))

  test('a text without a dollar sign is unchanged', () => {
    fc.assert(fc.property(plain, (text) => interpolate(text, lookup).text === text))
  })

  test('doubling every dollar sign gives any text back as it was', () => {
    const anything = fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', '?', '+') })
    fc.assert(
      fc.property(anything, (text) => interpolate(text.replaceAll('$', '$$$$'), lookup).text === text),
    )
  })

  test('a default counts exactly where its rule says so, and a value is never read again', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/)
    const value = fc.option(fc.string(), { nil: undefined })
    const word = plain.filter((text) => !text.includes('}'))
    fc.assert(
      fc.property(name, value, word, (variable, set, fallback) => {
        const ask = (): string | undefined => set
        expect(interpolate(`\${${variable}-${fallback}}`, ask).text).toBe(set ?? fallback)
        expect(interpolate(`\${${variable}:-${fallback}}`, ask).text).toBe(set || fallback)
        expect(interpolate(`\${${variable}+${fallback}}`, ask).text).toBe(set === undefined ? '' : fallback)
        expect(interpolate(`\${${variable}:+${fallback}}`, ask).text).toBe(set ? fallback : '')
      }),
    )
  })

  test('no text whatever makes it throw', () => {
    const hostile = fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', '?', '+', ' ') })
    fc.assert(fc.property(hostile, (text) => typeof interpolate(text, lookup).text === 'string'))
  })
})

describe('hostile texts end in a refusal, not in memory', () => {
  test('references to one long value', () => {
    const long = 'x'.repeat(MAX_SCALAR_CHARS / 4)
    expect(interpolate('$A$A$A$A$A', () => long).failure).toMatch(/grows past/)
  })

  test('defaults nested without end', () => {
    const depth = 10_000
    expect(interpolate(`${'${A:-'.repeat(depth)}${'}'.repeat(depth)}`, () => undefined).failure).toMatch(
      /nested more than/,
    )
  })
})
