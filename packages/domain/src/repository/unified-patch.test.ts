import { applyPatch } from 'diff'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editLines, unifiedPatch } from './unified-patch.ts'

const texts = fc
  .tuple(
    fc.array(fc.stringMatching(/^[a-z ]{0,8}$/), { minLength: 1, maxLength: 30 }),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
  )
  .map(([rows, end, isEnded]) => rows.join(end) + (isEnded ? end : ''))

const edits = fc.record({
  at: fc.nat(29),
  remove: fc.constantFrom(0, 1),
  insert: fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 3 }),
})

test('a patch turns the text before into the text after, whatever the line ends', () => {
  fc.assert(
    fc.property(texts, edits, (text, { at, remove, insert }) => {
      const line = (at % text.split('\n').length) + 1
      const after = editLines(text, [{ line, remove, insert }])
      const patch = unifiedPatch('a.yaml', text, after)
      expect(patch === null ? text : applyPatch(text, patch)).toBe(after)
    }),
  )
})

test('edits of one text do not disturb each other, and lines that come get its ends', () => {
  expect(
    editLines('a\r\nb\r\nc', [
      { line: 1, remove: 1, insert: ['x'] },
      { line: 3, remove: 0, insert: ['y'] },
      { line: 4, remove: 0, insert: ['z'] },
    ]),
  ).toBe('x\r\nb\r\ny\r\nc\r\nz\r\n')
})

test('of two edits at one line, the one that comes before it stays', () => {
  expect(
    editLines('a\nb\nc\n', [
      { line: 2, remove: 0, insert: ['x'] },
      { line: 2, remove: 1, insert: [] },
    ]),
  ).toBe('a\nx\nc\n')
})

test('names with spaces end in a tab, as patch(1) wants them', () => {
  expect(unifiedPatch('a b.yaml', 'x\n', 'y\n')).toContain('--- a/a b.yaml\t\n+++ b/a b.yaml\t\n')
})

test('names that a patch cannot hold, and texts too long to compare, have none', () => {
  expect(unifiedPatch('a\nb', 'x\n', 'y\n')).toBeNull()
  expect(unifiedPatch('a', 'x'.repeat(300_000), 'y\n')).toBeNull()
})
