import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LatencyHistogram } from './latency-histogram.ts'

test('a quantile is the exact one, at most 2 % too high', () => {
  const latencies = fc.array(fc.double({ min: 0.02, max: 60_000, noNaN: true }), {
    minLength: 1,
    maxLength: 200,
  })
  fc.assert(
    fc.property(latencies, fc.constantFrom(0.5, 0.9, 0.99, 1), (values, share) => {
      const histogram = new LatencyHistogram()
      for (const value of values) histogram.add(value)
      const exact = values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1]!
      expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
      expect(histogram.quantile(share)).toBeLessThanOrEqual(exact * 1.021)
    }),
  )
})
