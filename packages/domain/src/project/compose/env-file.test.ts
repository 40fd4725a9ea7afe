import { describe, expect, test } from 'vitest'
import { secretPlaceholder } from '../../config/secret-placeholder.ts'
import { parseEnvFile } from './env-file.ts'
import { Findings } from './findings.ts'
import { problemsOf, warningsOf, web, webWith } from './sample.ts'

function parse(text: string, raw = false): { values: Record<string, string>; problems: string[] } {
  const findings = new Findings()
  const given = new Map([['SET', 'value']])
  const values = parseEnvFile({ path: 'app.env', text, raw }, (name) => given.get(name), findings)
  return {
    values: Object.fromEntries(values),
    problems: findings.problems.map(({ line, message }) => `${line} ${message}`),
  }
}

test.each([
  ['A=1', { A: '1' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['\n# note\n  export A = 1  # why\n', { A: '1' }],
  ['A=a#b', { A: 'a#b' }],
  ['A=', { A: '' }],
  ['A: 1', { A: '1' }],
  ['SET', { SET: 'value' }],
  ['UNSET', {}],
  ['A=$SET-${NO:-d}', { A: 'value-d' }],
  ['A=1\nB=$A$SET', { A: '1', B: '1value' }],
  ["A='$SET \\n'", { A: '$SET \\n' }],
  ["A='it\\'s'", { A: "it's" }],
  ['A="$SET\\n\\t\\"\\$SET\\" $$"', { A: 'value\n\t"$SET" $' }],
  ['A="two\nlines" # note\nB=1', { A: 'two\nlines', B: '1' }],
  ['A=it"s', { A: 'it"s' }],
  ['\ufeffA=1', { A: '1' }],
  ['A.b-c=1', { 'A.b-c': '1' }],
])('%j gives %j', (text, values) => {
  expect(parse(text)).toEqual({ values, problems: [] })
})

test('a raw file is taken as it stands', () => {
  expect(parse('A="$SET" # x\nB=\'y\'\n', true).values).toEqual({ A: '"$SET" # x', B: "'y'" })
})

test.each([
  ['A=1\n=2', '2 this line is not KEY=value'],
  ['1A=2', '1 this line is not KEY=value'],
  ['A=1\n\nB="open', '3 a quote is opened and never closed'],
  ['A="x" y', '1 there is text after the closing quote'],
  ['A="m\nn"\nB=${X:?needed}', '3 the variable X is required: needed'],
])('%j is refused with its line', (text, problem) => {
  expect(parse(text).problems).toEqual([problem])
})

describe('env_file', () => {
  const project = { 'a.env': 'A=a\nB=a\nC=${SET}', 'sub/b.env': 'B=b\nC=c', 'l.txt': 'x=1\ny=1' }
  const variables = { SET: secretPlaceholder('DB') }

  test.each([
    ['env_file: a.env', { A: 'a', B: 'a', C: variables.SET }],
    ['env_file: [a.env, ./sub/b.env]', { A: 'a', B: 'b', C: 'c' }],
    ['env_file: [{path: a.env}, {path: sub/b.env, required: true}]', { A: 'a', B: 'b', C: 'c' }],
    ['env_file: [{path: a.env, format: raw}]', { A: 'a', B: 'a', C: '${SET}' }],
    ['env_file: [{path: missing.env, required: false}]', {}],
    ['env_file: /srv/shop/a.env', { A: 'a', B: 'a', C: variables.SET }],
  ])('%s', (line, environment) => {
    expect(web(line, { project, variables }).environment).toEqual(environment)
  })

  test('environment wins over files, and label files under labels', () => {
    expect(
      web(['env_file: a.env', 'environment: {A: own}'], { project, variables }).environment,
    ).toMatchObject({ A: 'own', B: 'a' })
    expect(web(['label_file: l.txt', 'labels: {y: own}'], { project }).labels).toEqual({ x: '1', y: 'own' })
  })

  test('a missing file is refused, unless it is optional', () => {
    expect(problemsOf(webWith('env_file: missing.env'))).toEqual([
      '4:15 the environment file missing.env does not exist',
    ])
  })

  test.each([
    '../secrets.env',
    'a/../../x',
    '/etc/passwd',
    '~/x.env',
    '.',
    '""',
    '/srv/shop/../x',
    '"a\\0b"',
  ])('%s would leave the project and is never read', (path) => {
    const asked: string[] = []
    const reads = new Proxy({}, { getOwnPropertyDescriptor: (_, key) => void asked.push(String(key)) })
    expect(problemsOf(webWith(`env_file: ${path}`), { project: reads })).toEqual([
      expect.stringMatching(/lies outside the project/),
    ])
    expect(asked).toEqual([])
  })

  test('an unset variable in a file is told with the place in that file', () => {
    expect(warningsOf(webWith('env_file: w.env'), { project: { 'w.env': 'A=1\nB=$NOPE' } })).toEqual([
      '2:1 the variable NOPE is not set; it becomes empty',
    ])
  })
})
