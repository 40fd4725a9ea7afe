import { expect, test } from 'vitest'
import { parseStatusRange } from './status-range.ts'

test.each([
  [200, { min: 200, max: 200 }],
  ['204', { min: 204, max: 204 }],
  ['200-399', { min: 200, max: 399 }],
])('%s is a range', (status, range) => {
  expect(parseStatusRange(status)).toEqual(range)
})

test.each(['399-200', '2xx', '200-', '099', '600', 20, 200.5, '200,204'])('%s is no range', (status) => {
  expect(parseStatusRange(status)).toBeNull()
})
