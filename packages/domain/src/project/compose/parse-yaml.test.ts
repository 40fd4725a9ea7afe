import { describe, expect, test } from 'vitest'
import { Findings } from './findings.ts'
import { MAX_FILE_BYTES, parseYaml } from './parse-yaml.ts'
import { childOf, textOf, toPlain } from './tree.ts'

function parse(text: string): { plain: unknown; problems: string[] } {
  const findings = new Findings()
  const tree = parseYaml({ path: 'compose.yaml', text }, findings)
  const problems = findings.problems.map(({ line, col, message }) => `${line}:${col} ${message}`)
  return { plain: tree === null ? null : toPlain(tree), problems }
}

test('anchors, aliases and merge keys are written out; own keys win, then earlier maps', () => {
  const { plain, problems } = parse(`
x-a: &a {one: 1, two: 1}
x-b: &b {two: 2, three: 2}
merged: {<<: [*a, *b], one: 0}
single:
  <<: *b
copy: *a
`)
  expect(problems).toEqual([])
  expect(plain).toMatchObject({
    merged: { one: 0, two: 1, three: 2 },
    single: { two: 2, three: 2 },
    copy: { one: 1, two: 1 },
  })
})

test('every value knows where it was written', () => {
  const findings = new Findings()
  const tree = parseYaml({ path: 'f.yaml', text: 'a:\n  b: [x,\n    y]\n' }, findings)
  const list = childOf(childOf(tree ?? undefined, 'a'), 'b')
  expect(list?.at).toEqual({ file: 'f.yaml', line: 2, col: 6 })
  expect(list?.kind === 'list' && list.items[1]?.at).toEqual({ file: 'f.yaml', line: 3, col: 5 })
})

test.each([
  ['8080', 8080, '8080'],
  ['0644', 420, '420'],
  ['0o17', 15, '15'],
  ['0x1F', 31, '31'],
  ['0b11', 3, '3'],
  ['1_000', 1000, '1000'],
  ['089', 89, '89'],
  ['1.10', 1.1, '1.1'],
  ['1e3', 1000, '1000'],
  ['9007199254740993', 9007199254740992, '9007199254740993'],
  ['True', true, 'true'],
  ['~', null, ''],
  ['yes', 'yes', 'yes'],
  ['no', 'no', 'no'],
  ['2024-01-01', '2024-01-01', '2024-01-01'],
  ['1.2.3', '1.2.3', '1.2.3'],
  ['22:22', '22:22', '22:22'],
  ['"0644"', '0644', '0644'],
  ['!!str 12', '12', '12'],
])('%s is the value %s and gives a container %s', (source, value, text) => {
  const findings = new Findings()
  const scalar = childOf(parseYaml({ path: 'f', text: `k: ${source}\n` }, findings) ?? undefined, 'k')
  expect(scalar?.kind === 'scalar' ? scalar.value : 'no scalar').toBe(value)
  expect(textOf(scalar) ?? '').toBe(text)
  expect(findings.problems).toEqual([])
})

describe('what is no compose file is told with its place', () => {
  test.each([
    ['a tab', 'services:\n\tweb: {}\n', /^2:1 a tab is used to indent/],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', /^3:1 "a" is given twice; the first is on line 1/],
    ['an unclosed quote', 'a: "b\n', /this is not YAML/],
    ['two documents', 'a: 1\n---\nb: 2\n', /more than one YAML document/],
    ['a list', '- a\n', /must be a map/],
    ['a text', 'hello\n', /must be a map/],
    ['an unknown alias', 'a: *nowhere\n', /^1:4 the alias \*nowhere cannot be followed/],
    ['an anchor inside itself', 'a: &a [*a]\n', /stands inside what it refers to/],
    ['a map as a key', '? {a: 1}\n: b\n', /a key must be text/],
    ['a tag of another world', 'a: !!python/object x\n', /tag .*python.* is not known/],
    ['merging a text', 'a: {<<: b}\n', /only maps can be merged/],
    ['a prototype', '__proto__: {polluted: true}\n', /__proto__ is not accepted/],
    ['a prototype within', 'services: {web: {"__proto__": {image: x}}}\n', /__proto__ is not accepted/],
  ])('%s', (_, text, problem) => {
    expect(parse(text).problems[0]).toMatch(problem)
  })

  test('a stray bracket is one problem, whatever it makes of the lines after it', () => {
    const services = Array.from({ length: 40 }, (_, n) => `  s${n}:\n    image: a\n`).join('')
    const { problems } = parse(`services:\n  ]\n${services}`)
    expect(problems).toEqual([expect.stringMatching(/^2:3 /)])
  })

  test('nothing hostile reaches the prototype of objects', () => {
    parse('__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('files made to exhaust memory or time are refused', () => {
  const doubling = [
    'a0: &a0 [x, x]',
    ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
  ]
  const mergedDoubling = [
    'm0: &m0 {k: {v: 1}}',
    ...Array.from({ length: 40 }, (_, i) => `m${i + 1}: &m${i + 1} {x: *m${i}, y: *m${i}}`),
  ]

  test.each([
    ['aliases that double', doubling.join('\n'), /more than 50000 values|nested more than/],
    ['maps that double', mergedDoubling.join('\n'), /more than 50000 values|nested more than/],
    ['a scalar of 10 MB', `a: ${'x'.repeat(10_000_000)}`, new RegExp(`at most ${MAX_FILE_BYTES} are read`)],
    ['brackets', '['.repeat(20_000), /nested too deeply/],
    [
      'levels of maps',
      Array.from({ length: 90 }, (_, i) => `${' '.repeat(i)}k:`).join('\n'),
      /nested more than 64 levels/,
    ],
    ['very long lists', `a: [${'1, '.repeat(6_000)}]`, /more than 5000 items/],
    [
      'very many keys',
      Array.from({ length: 60_000 }, (_, i) => `k${i}:`).join('\n'),
      /more than 50000 values/,
    ],
  ])('%s', (_, text, problem) => {
    expect(parse(text).problems[0]).toMatch(problem)
  })
})

test('an empty file is an empty map, so that merging it changes nothing', () => {
  expect(parse('')).toEqual({ plain: {}, problems: [] })
  expect(parse('# only a comment\n')).toEqual({ plain: {}, problems: [] })
})
