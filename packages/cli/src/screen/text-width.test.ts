import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { truncate, widthOf } from './text-width.ts'

describe('width in terminal cells', () => {
  test.each([
    ['', 0],
    ['deploy', 6],
    ['✔ done', 6],
    ['日本', 4],
    ['e\u0301', 1],
    ['👍🏽', 2],
    ['\u200b', 0],
  ])('of %j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width)
  })

  test('of a cut text is never more than asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, cells) => {
        expect(widthOf(truncate(text, cells))).toBeLessThanOrEqual(cells)
      }),
    )
  })

  test('of a text that fits is left as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(truncate(text, widthOf(text))).toBe(text)
      }),
    )
  })
})
