import { expect, test } from 'vitest'

import { citedPaths, consoleBlocks, outputMatches } from './doc-blocks.ts'

const page = [
  'Words and `packages/app/src/runner` and [a picture](../picture.svg "seen") and [web](https://x.y/z).',
  '```console',
  '$ towpath status',
  'production  1.1.0',
  '',
  '$ cat > a <<E',
  '> one',
  '> E',
  '```',
  '```console',
  '# not run: needs a second host',
  '$ towpath deploy',
  '```',
  '```sh',
  '$ not ours `packages/nothing/here`',
  '```',
  'See `docs/*.md`, `packages/<name>/src`, `tools/check.ts:12` and [below](#end).',
].join('\n')

test('console blocks give their commands, lines and promised output, other blocks none', () => {
  expect(consoleBlocks(page)).toEqual([
    {
      line: 2,
      notRun: undefined,
      commands: [
        { line: 3, command: 'towpath status', expected: ['production  1.1.0', ''] },
        { line: 6, command: 'cat > a <<E\none\nE', expected: [] },
      ],
    },
    {
      line: 10,
      notRun: 'needs a second host',
      commands: [{ line: 12, command: 'towpath deploy', expected: [] }],
    },
  ])
})

test('cited paths are links from the page and code spans from the root, without placeholders', () => {
  expect(citedPaths('docs/guide/start.md', page)).toEqual([
    { line: 1, path: 'docs/picture.svg' },
    { line: 1, path: 'packages/app/src/runner' },
    { line: 17, path: 'docs/*.md' },
    { line: 17, path: 'tools/check.ts' },
  ])
})

test.each([
  { promise: 'the same lines', expected: ['a', 'b'], actual: ['a', 'b', ''], ok: true },
  { promise: 'a line too few', expected: ['a', 'b'], actual: ['a'], ok: false },
  { promise: 'a line too many', expected: ['a'], actual: ['a', 'b'], ok: false },
  { promise: 'any lines', expected: ['a', '...', 'd'], actual: ['a', 'b', 'c', 'd'], ok: true },
  { promise: 'no lines', expected: ['a', '...', 'd'], actual: ['a', 'd'], ok: true },
  { promise: 'any lines, then another end', expected: ['a', '...', 'd'], actual: ['a', 'b', 'c'], ok: false },
  { promise: 'any text', expected: ['took ... ms (ok)'], actual: ['took 12 ms (ok)'], ok: true },
  { promise: 'any text, but not a pattern', expected: ['a.c ...'], actual: ['abc d'], ok: false },
  { promise: 'nothing', expected: [], actual: ['a'], ok: false },
  { promise: 'anything at all', expected: ['...'], actual: [], ok: true },
])('output compared with $promise: $expected against $actual', ({ expected, actual, ok }) => {
  expect(outputMatches(expected, actual)).toBe(ok)
})
