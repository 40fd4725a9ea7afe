import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formMaxMs, noticeChange, settleMs } from './notice-change.ts'
import type { Noticed, Noticing } from './notice-change.ts'
import { isSamePicture } from './picture.ts'
import type { Picture } from './picture.ts'
import { pictureOf } from './testing/pictures.ts'

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

/** Looks at these pictures, each after a pause; tells every change that was noticed. */
function lookAt(
  recorded: Picture,
  looks: readonly (readonly [Picture, number])[],
): NonNullable<Noticed['change']>[] {
  let noticing: Noticing = { recorded, forming: null }
  let nowMs = 0
  return looks.flatMap(([picture, pauseMs]) => {
    nowMs += pauseMs
    const noticed = noticeChange(noticing, { picture, nowMs })
    noticing = noticed.noticing
    return noticed.change === null ? [] : [noticed.change]
  })
}

const looks = fc.array(fc.tuple(pictures, fc.integer({ min: 1, max: 2 * settleMs })), { maxLength: 30 })

test('changes follow on each other: each begins where the one before ended, and none is to the same', () => {
  fc.assert(
    fc.property(pictures, looks, (first, seen) => {
      let at = first
      for (const { from, to } of lookAt(first, seen)) {
        expect(from).toEqual(at)
        expect(isSamePicture(from, to)).toBe(false)
        at = to
      }
    }),
  )
})

test('whatever came before, a picture that stands still is what is recorded in the end, once', () => {
  fc.assert(
    fc.property(pictures, looks, pictures, (first, seen, last) => {
      const rest = Array.from({ length: 8 }, () => [last, 1_000] as const)
      const changes = lookAt(first, [...seen, ...rest])
      expect(isSamePicture(changes.at(-1)?.to ?? first, last)).toBe(true)
      expect(changes.length).toBe(lookAt(first, [...seen, ...rest, ...rest]).length)
    }),
  )
})

test('what a script does in between is no deployment of its own', () => {
  fc.assert(
    fc.property(pictures, fc.array(pictures, { maxLength: 7 }), pictures, (first, between, last) => {
      const quick = between.map((picture) => [picture, settleMs / 8] as const)
      const changes = lookAt(first, [...quick, [last, settleMs / 8], [last, settleMs], [last, settleMs]])
      // Seven steps of an eighth each: none of them stood still for long enough.
      expect(changes.length).toBeLessThanOrEqual(1)
    }),
  )
})

test('a picture that never stands still is taken as it is in the end', () => {
  const flicker = Array.from({ length: formMaxMs / 1_000 + 2 }, (_, index): [Picture, number] => [
    { web: { ...emptyService, containers: [{ name: 'web', id: `id-${index}` }] } },
    1_000,
  ])
  expect(lookAt({}, flicker)).toHaveLength(1)
})

const emptyService = { image: 'i', named: 'i', commit: null, version: null, configHash: null }
