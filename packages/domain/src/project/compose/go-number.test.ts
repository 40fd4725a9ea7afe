import fc from 'fast-check'
import { expect, test } from 'vitest'
import { floatText } from './go-number.ts'

test.each([
  [1.5, '1.5'],
  [0, '0'],
  [-0, '-0'],
  [100_000.5, '100000.5'],
  [1e6, '1e+06'],
  [1_234_567.5, '1.2345675e+06'],
  [1e21, '1e+21'],
  [1e-4, '0.0001'],
  [1e-5, '1e-05'],
  [-2.5e-7, '-2.5e-07'],
  [1e100, '1e+100'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
])('%d is written %s', (value, text) => {
  expect(floatText(value)).toBe(text)
})

test('what is written is read as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(floatText(value))).toBe(value)
    }),
  )
})
