import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errorRhythm, parseBehaviour } from './behaviour.js'

test.each([
  ['good', { kind: 'good' }],
  ['never-healthy', { kind: 'never-healthy' }],
  ['dies-after:1500', { kind: 'dies-after', afterMs: 1500 }],
  ['errors:0.2', { kind: 'errors', ratio: 0.2 }],
  ['slow-start:5000', { kind: 'slow-start', startMs: 5000 }],
  ['slow:60', { kind: 'slow', delayMs: 60 }],
])('%s is understood', (text, behaviour) => {
  expect(parseBehaviour(text)).toEqual(behaviour)
})

test.each(['god', '', 'errors', 'errors:', 'errors:2', 'slow:-1', 'slow-start', 'dies-after:soon', 'good:1'])(
  '"%s" is refused, not taken for a good release',
  (text) => {
    expect(() => parseBehaviour(text)).toThrow(`BEHAVIOUR "${text}"`)
  },
)

test('any number of requests holds its share of errors, give or take one', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 500 }),
      (ratio, requests) => {
        const isDue = errorRhythm(ratio)
        const errors = Array.from({ length: requests }, () => isDue()).filter(Boolean).length
        expect(Math.abs(errors - ratio * requests)).toBeLessThanOrEqual(1)
      },
    ),
  )
})
