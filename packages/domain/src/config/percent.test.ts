import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatPercent, parsePercent } from './percent.ts'

it.each([
  ['5%', 0.05],
  ['0.5%', 0.005],
  ['100%', 1],
  ['0%', 0],
])('%s is read as %d', (text, share) => {
  expect(parsePercent(text)).toBeCloseTo(share, 10)
})

it.each(['5', '101%', '-1%', '5 %', '1.234%', '%', '100.01%'])('%s is no share', (text) => {
  expect(parsePercent(text)).toBeNull()
})

it('what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), (perMyriad) => {
      expect(parsePercent(formatPercent(perMyriad / 10_000))).toBeCloseTo(perMyriad / 10_000, 10)
    }),
  )
})
