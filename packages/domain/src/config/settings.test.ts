import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeSettings, parseSettings } from './settings.ts'

const problemsOf = (text: string): string[] => {
  const reading = parseSettings({ path: 'env/a.env', text })
  return reading.ok ? [] : reading.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`)
}

const settingsOf = (text: string): Record<string, string> => {
  const reading = parseSettings({ path: 'env/a.env', text })
  if (!reading.ok)
    throw new Error(reading.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return Object.fromEntries(reading.settings)
}

test('what dotenv files hold is read: comments, quotes, export, several lines, empty values', () => {
  const text = `# comment
A=1
  export B = two words   # said why
EMPTY=
C='single # $x'
D="line\\nbreak"
E="first
second" # end
F=\`back\`
URL=postgres://u:p@h/d?x=1&y=2
`
  expect(settingsOf(text)).toEqual({
    A: '1',
    B: 'two words',
    EMPTY: '',
    C: 'single # $x',
    D: 'line\nbreak',
    E: 'first\nsecond',
    F: 'back',
    URL: 'postgres://u:p@h/d?x=1&y=2',
  })
})

test('Windows line ends and a byte order mark are no part of a value', () => {
  expect(settingsOf('\uFEFFA=1\r\nB="x\r\ny"\r\n')).toEqual({ A: '1', B: 'x\ny' })
})

test.each([
  ['A=1\nnonsense\n', 'env/a.env:2: this line sets nothing'],
  ['=1', 'env/a.env:1: this line sets nothing'],
  ['A: 1', 'env/a.env:1: this line sets nothing'],
  ['1A=1', 'env/a.env:1: this is no name of a setting'],
  ['A-B=1', 'env/a.env:1: this is no name of a setting'],
  ['__proto__=1', 'env/a.env:1: this is no name of a setting'],
  ['A=1\nB=2\nA=3', 'env/a.env:3: A is set twice in this file'],
  ['A="open\nB=1', 'env/a.env:1: the quote that opens the value of A is never closed on its own'],
  ["A='x' y", 'env/a.env:1: the quote that opens the value of A is never closed on its own'],
  ['A=pass#word', 'env/a.env:1: the value of A would end at its #'],
  ['A=https://${HOST}/x', 'env/a.env:1: the value of A holds ${...}, and settings are not expanded'],
  ['A=x\0y', 'env/a.env:1: this line holds a NUL character'],
])('%j is a problem, not a surprise', (text, message) => {
  expect(problemsOf(text)).toContain(message)
})

test('every malformed line is reported at once, and no message holds a value', () => {
  const problems = problemsOf('hunter2\nA=hunter2#\nB="hunter2\nC=1\nC=hunter2')
  expect(problems.length).toBeGreaterThanOrEqual(4)
  expect(problems.join('\n')).not.toContain('hunter2')
})

test('a file that is too large is not read', () => {
  expect(problemsOf('A=1\n'.repeat(100_000))).toEqual([expect.stringContaining('at most 262144 are read')])
})

test('any value in single quotes comes back as it is', () => {
  const value = fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).filter((text) => !/['\\]/.test(text))
  fc.assert(fc.property(value, (text) => settingsOf(`A='${text}'\nB=1`)['A'] === text))
})

test('any text is answered, with settings or with problems', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[AB='"`#\\\n $]{0,60}$/), (text) => {
      const reading = parseSettings({ path: 'a.env', text })
      return reading.ok || reading.problems.length > 0
    }),
  )
})

test('later files lie over earlier ones', () => {
  const merged = mergeSettings([
    new Map([
      ['A', '1'],
      ['B', '1'],
    ]),
    new Map([['B', '2']]),
  ])
  expect([...merged]).toEqual([
    ['A', '1'],
    ['B', '2'],
  ])
})
