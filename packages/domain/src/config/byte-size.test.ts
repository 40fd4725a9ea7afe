import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatByteSize, parseByteSize } from './byte-size.ts'

test.each([
  ['0B', 0],
  ['2GB', 2_000_000_000],
  ['512MiB', 536_870_912],
  ['1KiB', 1_024],
  ['1KB', 1_000],
  ['3TiB', 3 * 2 ** 40],
])('%s is %i bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes)
})

test.each(['', '2', '2gb', '2 GB', '1.5GB', '-1B', '2GBs', 'GB', '999999999999999TiB'])(
  '"%s" is no size',
  (text) => {
    expect(parseByteSize(text)).toBeNull()
  },
)

test('every whole number of bytes is read back from its text', () => {
  const bytes = fc.oneof(
    fc.integer({ min: 0, max: 10 ** 14 }),
    fc
      .tuple(fc.integer({ min: 0, max: 999 }), fc.constantFrom(10 ** 3, 2 ** 10, 10 ** 9, 2 ** 30))
      .map(([n, unit]) => n * unit),
  )
  fc.assert(fc.property(bytes, (count) => parseByteSize(formatByteSize(count)) === count))
})
