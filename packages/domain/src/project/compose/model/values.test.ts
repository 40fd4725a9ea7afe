import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { described, describedProblems } from '../sample.ts'

const serviceWith = (line: string): unknown =>
  (described(`services: {a: {image: a, ${line}}}`)['services'] as Record<string, unknown>)['a']

describe('values are written as Docker Compose writes them', () => {
  test.each([
    ['mem_limit: 512m', { mem_limit: '536870912' }],
    ['mem_limit: .5k', { mem_limit: '512' }],
    ['mem_limit: "2 GB"', { mem_limit: '2147483648' }],
    ['memswap_limit: -1', { memswap_limit: '-1' }],
    ['cpus: 0.1', { cpus: 0.1 }],
    ['cpus: "1e-1"', { cpus: 0.1 }],
    ['cpu_shares: 1.9', { cpu_shares: 1 }],
    ['privileged: "yes"', { privileged: true }],
    ['init: off', { init: false }],
    ['stop_grace_period: 90s', { stop_grace_period: '1m30s' }],
    ['stop_grace_period: 0s', { stop_grace_period: '0s' }],
    [
      'ulimits: {nofile: 5, nproc: {soft: 1, hard: 2}}',
      { ulimits: { nofile: 5, nproc: { soft: 1, hard: 2 } } },
    ],
    ['healthcheck: {test: curl x}', { healthcheck: { test: ['CMD-SHELL', 'curl x'] } }],
    [
      'environment: {A: 1.50, B: 1000000.5, C: 0x1F, D: }',
      { environment: { A: '1.5', B: '1.0000005e+06', C: '31', D: null } },
    ],
    ['command: a "b c"', { command: ['a', 'b c'], entrypoint: null }],
    ['command: []', { command: [] }],
    ['deploy: {}', { deploy: { resources: {}, placement: {} } }],
  ])('%s', (line, shown) => {
    expect(serviceWith(line)).toMatchObject(shown)
  })

  test.each([
    'privileged: false',
    'mem_limit: 0',
    'user: ""',
    'dns: []',
    'labels: {}',
    'cpus: 0',
    'annotations: {}',
  ])('%s says nothing and is left out', (line) => {
    expect(Object.keys(serviceWith(line) as object)).toEqual(['command', 'entrypoint', 'image', 'networks'])
  })

  test.each([
    ['mem_limit: 1q', '"1q" is not a size such as 512m'],
    ['privileged: maybe', '"maybe" is not true or false'],
    ['scale: two', '"two" is not a whole number'],
    ['stop_grace_period: "5"', '"5" is not a duration such as 1m30s'],
    ['healthcheck: {retries: -1}', '"-1" is not a whole number, 0 or more'],
    ['cpus: fast', '"fast" is not a number'],
    ['gpus: [{count: some}]', '"some" is not a number, or all'],
    ['command: "open', ''],
  ])('%s is refused', (line, problem) => {
    expect(describedProblems(`services: {a: {image: a, ${line}}}`)[0]).toContain(problem)
  })
})

test('a number of processors is the shortest that single precision tells apart', () => {
  fc.assert(
    fc.property(fc.float({ min: Math.fround(0.001), max: 64, noNaN: true }), (cpus) => {
      const shown = (serviceWith(`cpus: "${cpus}"`) as { cpus: number }).cpus
      return Math.fround(shown) === cpus && String(shown).length <= String(cpus).length
    }),
    { numRuns: 50 },
  )
})
