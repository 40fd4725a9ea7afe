import { expect, test } from 'vitest'
import type { GateFacts, ImageOrigin } from './gate-facts.ts'
import { knownBuild } from './known-build.ts'

const origin: ImageOrigin = {
  service: 'web',
  named: 'r/web:1',
  commit: null,
  isOfRelease: false,
  movedFrom: null,
}
const answerTo = (origins: ImageOrigin[] | undefined) =>
  knownBuild.evaluate({
    release: { version: '1.4.0', author: 'ann', schema: 'none', migrates: false },
    ...(origins === undefined ? {} : { origins }),
  } as GateFacts)

test.each([
  ['a commit on the image', [{ ...origin, commit: 'abc' }], 'pass'],
  ['a build of a release', [{ ...origin, isOfRelease: true }], 'pass'],
  ['neither', [origin], 'fail'],
  [
    'one of two',
    [
      { ...origin, commit: 'abc' },
      { ...origin, service: 'api' },
    ],
    'fail',
  ],
  ['a deployment of our own', undefined, 'not-applicable'],
] as const)('%s', (_what, origins, answer) => {
  expect(answerTo(origins === undefined ? undefined : [...origins]).answer).toBe(answer)
})

test('a tag that moved is named as the reason', () => {
  const { why } = answerTo([{ ...origin, movedFrom: 'r/web@sha256:1' }])
  expect(why).toBe('web: the tag of r/web:1 moved from r/web@sha256:1, and the new image names no commit')
})
