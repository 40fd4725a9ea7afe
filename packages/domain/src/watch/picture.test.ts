import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedServices, changeKind, hasSameImages, isSamePicture } from './picture.ts'
import { pictureOf, running } from './testing/pictures.ts'

/** Of few services, images and containers, so that equal ones meet. */
const pictures = fc
  .dictionary(
    fc.constantFrom('api', 'web', 'worker'),
    fc.record({
      nth: fc.integer({ min: 1, max: 3 }),
      ids: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }),
    }),
  )
  .map(pictureOf)

test('two pictures are the same exactly where no service changed, whatever the order', () => {
  fc.assert(
    fc.property(pictures, pictures, (one, other) => {
      expect(isSamePicture(one, other)).toBe(changedServices(one, other).length === 0)
      expect(changedServices(one, other)).toEqual(changedServices(other, one))
      const reversed = Object.fromEntries(Object.entries(one).toReversed())
      expect(isSamePicture(one, reversed)).toBe(true)
      expect(hasSameImages(one, reversed)).toBe(true)
    }),
  )
})

test('only images that ran well before are a way back', () => {
  fc.assert(
    fc.property(pictures, pictures, fc.array(pictures, { maxLength: 3 }), (from, to, ranWell) => {
      if (changeKind(from, to, ranWell) !== 'rollback') return
      expect(ranWell.some((picture) => hasSameImages(picture, to))).toBe(true)
      expect(hasSameImages(from, to)).toBe(false)
    }),
  )
})

const one = { web: running(1, [1]) }
const two = { web: running(2, [2]) }

test.each([
  { kind: 'deploy', from: one, to: two, ranWell: [] },
  { kind: 'rollback', from: two, to: { web: running(1, [3]) }, ranWell: [one] },
  { kind: 'recreate', from: one, to: { web: running(1, [4]) }, ranWell: [one] },
  { kind: 'removal', from: one, to: {}, ranWell: [one] },
  { kind: 'deploy', from: {}, to: one, ranWell: [two] },
])('it is a $kind', ({ kind, from, to, ranWell }) => {
  expect(changeKind(from, to, ranWell)).toBe(kind)
})
