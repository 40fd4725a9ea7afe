import { expect, test } from 'vitest'

import { findClockReads } from './clock-reads.ts'
import { findBadNames } from './naming.ts'

test.each([
  'a/utils',
  'a/helpers/x.ts',
  'a/common.ts',
  'a/order-manager.ts',
  'a/core/index.ts',
  'a/misc.test.ts',
])('a name that says nothing is refused: %s', (path) => {
  const every = path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
  expect(findBadNames(every)).toHaveLength(1)
})

test.each(['a/semver.ts', 'a/decide.system.test.ts', 'a/README.md', 'a/managed-host.ts', 'a/Dockerfile'])(
  'a name that says something passes: %s',
  (path) => expect(findBadNames([path])).toEqual([]),
)

test('code that is not kebab-case is refused', () => {
  expect(findBadNames(['a/cutRelease.ts'])[0]?.what).toBe('is not kebab-case')
})

test('a clock read in the domain is found, a given time is not', () => {
  const source = `const a = new Date()\nconst b = Date()\nconst c = Temporal.Now.instant()\nconst d = new Date(a)`
  expect(findClockReads('x.ts', source).map((finding) => finding.where)).toEqual([
    'x.ts:1',
    'x.ts:2',
    'x.ts:3',
  ])
})
