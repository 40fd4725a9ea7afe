import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitShellWords } from './shell-words.ts'

test.each([
  ['a b  c', ['a', 'b', 'c']],
  [' a ', ['a']],
  ['', []],
  ['\'a b\' "c d"', ['a b', 'c d']],
  ['a\\ b', ['a b']],
  ['"a\\"b" "\\n"', ['a"b', 'n']],
  ["'a\\nb'", ['a\\nb']],
  ["x''y ''", ['xy', '']],
  ['a=$HOME $(b c) `d e`', ['a=$HOME', '$(b c)', '`d e`']],
  ['a#b #c', ['a#b', '#c']],
  ['a\n\tb', ['a', 'b']],
])('%j is the words %j', (text, words) => {
  expect(splitShellWords(text)).toEqual({ words, dropped: '' })
})

test.each([
  ['a && b', ['a'], '&& b'],
  ['a|b', ['a'], '|b'],
  ['a 2>x', ['a'], '>x'],
  ['a b>x', ['a', 'b'], '>x'],
  ["a ';' ; b", ['a', ';'], '; b'],
])('%j ends where only a shell would go on', (text, words, dropped) => {
  expect(splitShellWords(text)).toEqual({ words, dropped })
})

test.each(['"open', "'open", 'end\\', 'a (b)', 'a)', '`open'])('%j is refused', (text) => {
  expect(splitShellWords(text)).toBeNull()
})

test('words that are quoted come back as they were', () => {
  const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      expect(splitShellWords(words.map(quoted).join(' '))).toEqual({ words, dropped: '' })
    }),
  )
})
