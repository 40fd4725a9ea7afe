import { expect, test } from 'vitest'
import { nearestWord, suggestWord } from './did-you-mean.ts'

test.each([
  ['helth', ['health', 'smoke'], 'health'],
  ['drian', ['type', 'drain'], 'drain'],
  ['Keep', ['keep'], 'keep'],
  ['backnd', ['backend', 'frontend'], 'backend'],
])('%s means the near one of %j', (word, known, meant) => {
  expect(nearestWord(word, known)).toBe(meant)
})

test('a word that is near to nothing is answered with all there are', () => {
  expect(suggestWord('telemetry', ['keep', 'map'])).toBe('known here: keep, map')
  expect(suggestWord('telemetry', [])).toBeNull()
})

test('a hostile word is not compared at all', () => {
  expect(nearestWord('k'.repeat(1_000_000), ['k'.repeat(64)])).toBeNull()
})
