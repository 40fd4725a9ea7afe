import composeSpec from 'docker-compose/schema/compose-spec.json' with { type: 'json' }
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeSample, describedProblems, readSample } from './compose/sample.ts'

const many = (count: number, line: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => line(index))

describe('hostile files end in a clear problem', () => {
  test.each([
    [
      'aliases that double at each line',
      ['a0: &a0 [x]', ...many(40, (i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`), 'x-a: *a40'],
      'holds more than 50000 values',
    ],
    [
      'merge keys that double',
      ['x-0: &m0 {a0: 1}', ...many(60, (i) => `x-${i + 1}: &m${i + 1} {<<: [*m${i}, *m${i}], a${i + 1}: 1}`)],
      'holds more than 50000 values',
    ],
    ['levels without end', [`x-a: ${'['.repeat(2_000)}${']'.repeat(2_000)}`], 'nested'],
    ['a file too large', [`x-a: "${'x'.repeat(600_000)}"`], 'at most 524288 are read'],
    ['a list too long', [`x-a: [${many(6_000, String).join(',')}]`], 'more than 5000 items'],
    [
      'ranges of ports in many services',
      ['services:', ...many(150, (i) => `  s${i}: {image: a, ports: ["1-1999:1-1999"]}`)],
      'the service publishes more than',
    ],
    [
      'defaults in defaults',
      [`services: {a: {image: "${'${A:-'.repeat(50)}x${'}'.repeat(50)}"}}`],
      'nested more than 20 deep',
    ],
    [
      'two services that extend each other',
      ['services: {a: {extends: b}, b: {extends: a}}'],
      'extend each other in a circle',
    ],
    ['an alias to itself', ['services: {a: &a {image: a, labels: *a}}'], 'stands inside what it refers to'],
    ['bytes that are no text', ['\u0000\u0001\u0002'], ''],
    ['a million dollar signs', [`services: {a: {image: "${'$'.repeat(400_001)}{"}}`], ''],
  ])('%s', (_, lines, problem) => {
    const problems = describedProblems(lines.join('\n'))
    expect(problems).toContainEqual(expect.stringContaining(problem))
    expect(problems.length).toBeLessThanOrEqual(100)
  })
})

/** Values that are right for some key and wrong for most. */
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      true,
      false,
      0,
      1,
      -1,
      1.5,
      '',
      'a',
      'a=b',
      'a:b',
      '80',
      '80:80',
      './x:/y',
      'da:/y',
      'all',
      'host',
    ],
    ...[
      '1m',
      '512m',
      '1.5g',
      'service:a',
      'none',
      '$A',
      '${B:-c}',
      '${',
      '0644',
      '::1',
      '~',
      '/x',
      'on-failure:3',
    ],
  ),
  fc.string({ maxLength: 8 }),
)
const keysOf = (definition: object): string[] => Object.keys(definition)
const inner = fc.constantFrom(
  ...[
    'target',
    'source',
    'type',
    'path',
    'file',
    'service',
    'condition',
    'test',
    'limits',
    'context',
    'args',
    'a',
  ],
)
const value = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('any'), { maxLength: 3 }), tie('map')),
  map: fc.dictionary(inner, tie('any'), { maxKeys: 3 }),
})).any
const service = fc.dictionary(fc.constantFrom(...keysOf(composeSpec.definitions.service.properties)), value, {
  maxKeys: 4,
})
const file = fc.record(
  {
    services: fc.dictionary(fc.constantFrom('a', 'b'), service, { maxKeys: 2 }),
    networks: fc.dictionary(fc.constantFrom('default', 'n'), value, { maxKeys: 2 }),
    volumes: fc.dictionary(fc.constantFrom('da', 'v'), value, { maxKeys: 2 }),
    secrets: fc.dictionary(fc.constantFrom('s'), value),
    configs: fc.dictionary(fc.constantFrom('c'), value),
    include: value,
    name: leaf,
  },
  { requiredKeys: ['services'] },
)

describe('any values under any keys', () => {
  test('are answered with a model or with problems that have a place and a next step', () => {
    fc.assert(
      fc.property(fc.array(file, { minLength: 1, maxLength: 2 }), (files) => {
        const texts = files.map((given) => JSON.stringify(given))
        const description = describeSample(texts, { variables: { A: '1' } })
        if (description.ok) return JSON.stringify(description.model).length > 0
        const { problems } = description
        return problems.length > 0 && problems.every(({ line, hint }) => line > 0 && hint !== '')
      }),
      { numRuns: 300 },
    )
  })

  test('what ships is what the model shows: shipping refuses all that the model refuses', () => {
    fc.assert(
      fc.property(file, (given) => {
        const text = JSON.stringify(given)
        const sample = { variables: { A: '1' }, projectName: 'shop' }
        return describeSample(text, sample).ok || !readSample(text, sample).ok
      }),
      { numRuns: 300 },
    )
  })
})
