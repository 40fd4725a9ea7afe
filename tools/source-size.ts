import type { Comment } from 'oxc-parser'

import type { Finding } from './direction.ts'

/** Lines that hold code: not blank, not only a comment. */
export const codeLines = (text: string, comments: Comment[]): number => {
  let code = text
  for (const { start, end } of comments) {
    const blank = text.slice(start, end).replaceAll(/[^\n]/g, ' ')
    code = code.slice(0, start) + blank + code.slice(end)
  }
  return code.split('\n').filter((line) => line.trim() !== '').length
}

/** The value at ratio `at` (0 to 1) of the sorted list; 0 for an empty one. */
export const quantile = (values: number[], at: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * at) - 1)] ?? 0

const escape = /(?:oxlint|eslint)-disable|@ts-(?:ignore|expect-error|nocheck)|(?:oxfmt|prettier)-ignore/

/** Comments that switch a rule off. Only comments count, so that a text about them is no escape. */
export const findEscapes = (file: { path: string; text: string; comments: Comment[] }): Finding[] =>
  file.comments.flatMap(({ value, start }) => {
    const found = escape.exec(value)?.[0]
    if (found === undefined) return []
    const line = file.text.slice(0, start).split('\n').length
    return [{ where: `${file.path}:${line}`, what: `"${found}" switches a rule off`, fix: 'change the code' }]
  })
