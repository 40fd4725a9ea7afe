import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['1d2h3m4s5ms', 93_784_005],
  ['0s', 0],
  ['90m', 5_400_000],
])('%s is %i ms', (text, durationMs) => {
  expect(parseDuration(text)).toBe(durationMs)
})

test.each([
  '',
  '10',
  's',
  '10 s',
  '10S',
  '1.5h',
  '-1s',
  '30m1h',
  '1s1s',
  '1e3s',
  '٣s',
  '9999999999s',
  '10s ',
])('"%s" is no duration', (text) => {
  expect(parseDuration(text)).toBeNull()
})

test('every whole number of milliseconds is read back from its text', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 14 }), (durationMs) => {
      expect(parseDuration(formatDuration(durationMs))).toBe(durationMs)
    }),
  )
})

test('any text gives a safe number or nothing', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9dhms]{0,30}$/), (text) => {
      const durationMs = parseDuration(text)
      expect(durationMs === null || (Number.isSafeInteger(durationMs) && durationMs >= 0)).toBe(true)
    }),
  )
})
