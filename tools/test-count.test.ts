import { expect, test } from 'vitest'

import { addCounts, countTests, summaryLine } from './test-count.ts'
import type { CountedModule } from './test-count.ts'

const aModule = (state: string, results: { state: string; note?: string }[]): CountedModule => ({
  relativeModuleId: 'x.test.ts',
  state: () => state,
  children: {
    allTests: () => results.map((result, index) => ({ fullName: `t${index}`, result: () => result })),
  },
})

test('passed, failed and skipped tests are counted, and a skip keeps its reason', () => {
  const count = countTests(
    [
      aModule('failed', [{ state: 'passed' }, { state: 'failed' }]),
      aModule('passed', [{ state: 'passed' }, { state: 'skipped', note: 'no Docker' }]),
    ],
    0,
  )
  expect(count).toEqual({ passed: 2, failed: 1, skipped: ['t1 (no Docker)'] })
  expect(summaryLine(count)).toBe('2 passed, 1 failed, 1 skipped')
})

test('a file that does not load counts as failed', () => {
  expect(countTests([aModule('failed', [])], 0).failed).toBe(1)
})

test('a file whose hook failed counts as failed although its tests only look skipped', () => {
  expect(countTests([aModule('failed', [{ state: 'skipped' }])], 0)).toMatchObject({
    failed: 1,
    skipped: ['t0'],
  })
})

test('a test that never ended counts as failed, and so does an error outside of any test', () => {
  expect(countTests([aModule('pending', [{ state: 'pending' }])], 2).failed).toBe(3)
})

test('parts add up', () => {
  const parts = [
    { passed: 1, failed: 0, skipped: ['a'] },
    { passed: 2, failed: 3, skipped: ['b'] },
  ]
  expect(summaryLine(addCounts(parts))).toBe('3 passed, 3 failed, 2 skipped')
})
