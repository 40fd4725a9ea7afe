import { longestForm, redactor } from '@towpath/domain/config/redact.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineSplitter, type LineOptions } from './lines.ts'

const split = (chunks: Uint8Array[], options?: LineOptions): string[] => {
  const splitter = lineSplitter(options)
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()]
}

const cutAt = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )

describe('lineSplitter', () => {
  it('gives the same lines wherever the chunks are cut, in the middle of a character too', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '€', '🚢', ' ') }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (lines, size) => {
          const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''))
          expect(split(cutAt(bytes, size))).toEqual(lines)
        },
      ),
    )
  })

  it('gives a last line without a line feed, and drops carriage returns', () => {
    expect(split([Buffer.from('one\r\ntwo')])).toEqual(['one', 'two'])
  })

  it('never holds a whole log in memory because a program writes no line feed', () => {
    const chunk = Buffer.alloc(1000, 'x')
    const pieces = split(Array.from({ length: 1000 }, () => chunk))
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(70_000)
    expect(pieces.join('')).toHaveLength(1_000_000)
  })

  it('lets no secret out in two halves where an endless line is cut', () => {
    const secret = 'correct-horse-battery'
    const options = { clean: redactor([secret]), holdBack: longestForm([secret]) }
    for (const before of [65_500, 65_536, 65_560, 65_600]) {
      const text = 'x'.repeat(before) + secret + 'y'.repeat(70_000)
      const joined = split(cutAt(Buffer.from(text), 997), options).join('')
      expect(joined).toBe(`${'x'.repeat(before)}•••${'y'.repeat(70_000)}`)
    }
  })
})
