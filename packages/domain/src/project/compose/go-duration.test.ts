import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { durationText, parseDuration } from './go-duration.ts'

test.each([
  ['0', 0],
  ['0s', 0],
  ['1m30s', 90_000],
  ['1.5s', 1_500],
  ['.5s', 500],
  ['1.s', 1_000],
  ['500ms', 500],
  ['100us', 0.1],
  ['100µs', 0.1],
  ['1d', 86_400_000],
  ['1w2d', 777_600_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['', '10', '1x', '-1s', '1 m', 's', '.', '1s ', 'm1', '1m30', '9'.repeat(70), '99999999w'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeNull()
  },
)

describe('a duration is written as Go writes it', () => {
  test.each([
    [0, '0s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
    [500, '500ms'],
    [1.5, '1.5ms'],
    [0.1, '100µs'],
    [0.000_999, '999ns'],
    [7_384_005, '2h3m4.005s'],
    [777_600_000, '216h0m0s'],
  ])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })

  test('and what is written is read as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (ms) => {
        expect(parseDuration(durationText(ms))).toBeCloseTo(ms, 3)
      }),
    )
  })
})
