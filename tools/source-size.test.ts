import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

import { codeLines, findEscapes, quantile } from './source-size.ts'

const commentsOf = (text: string) => parseSync('x.ts', text).comments

test('blank lines and comments are not code, a line with both is', () => {
  const text = `/** doc\n * more */\nconst a = 1 // why\n\n// alone\nconst b = '// no comment'\n`
  expect(codeLines(text, commentsOf(text))).toBe(2)
})

test('a quantile is a value of the list', () => {
  expect([0, 0.5, 0.9, 1].map((at) => quantile([4, 1, 3, 2], at))).toEqual([1, 2, 4, 4])
  expect(quantile([], 0.9)).toBe(0)
})

test('a comment that switches a rule off is found with its line, a text about it is not', () => {
  const off = ['oxlint', 'disable-line'].join('-')
  const text = `const a = '${off}'\nconst b = 1 // ${off}\n`
  expect(findEscapes({ path: 'x.ts', text, comments: commentsOf(text) })).toEqual([
    { where: 'x.ts:2', what: '"oxlint-disable" switches a rule off', fix: 'change the code' },
  ])
})
