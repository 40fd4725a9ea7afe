import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ComparisonMode } from './budget.ts'
import { decideVerdict, unknownProcess } from './decide-verdict.ts'
import type { Signals } from './decide-verdict.ts'

const sound: Signals = { ...unknownProcess, errors: 'good', errorsOverFloor: false, latency: 'good' }
const modes: ComparisonMode[] = ['concurrent', 'sequential']

const rows: [string, Partial<Signals>, expected: [concurrent: string, sequential: string]][] = [
  ['all sound', {}, ['pass', 'pass']],
  ['the process ended', { process: 'bad' }, ['fail', 'fail']],
  ['failing probes', { probes: 'bad' }, ['fail', 'fail']],
  ['more errors', { errors: 'bad' }, ['fail', 'inconclusive']],
  ['more errors, over the floor', { errors: 'bad', errorsOverFloor: true }, ['fail', 'fail']],
  ['slower', { latency: 'bad' }, ['fail', 'inconclusive']],
  ['more errors and slower', { errors: 'bad', latency: 'bad' }, ['fail', 'fail']],
  ['more errors and a restart', { errors: 'bad', restarts: 'bad' }, ['fail', 'fail']],
  ['slower and killed for memory', { latency: 'bad', outOfMemory: 'bad' }, ['fail', 'fail']],
  ['a restart', { restarts: 'bad' }, ['inconclusive', 'inconclusive']],
  [
    'a restart by a kill for memory',
    { restarts: 'bad', outOfMemory: 'bad' },
    ['inconclusive', 'inconclusive'],
  ],
  ['errors unknown', { errors: 'unknown' }, ['inconclusive', 'inconclusive']],
  ['latency unknown', { latency: 'unknown' }, ['inconclusive', 'inconclusive']],
]

describe('a verdict from signals', () => {
  it.each(rows)('%s', (_, signals, [concurrent, sequential]) => {
    expect(decideVerdict('concurrent', { ...sound, ...signals }).verdict).toBe(concurrent)
    expect(decideVerdict('sequential', { ...sound, ...signals }).verdict).toBe(sequential)
  })

  it('names what is missing', () => {
    expect(decideVerdict('concurrent', { ...sound, latency: 'unknown' }).cause).toBe(
      'too few requests to judge latency',
    )
    expect(decideVerdict('sequential', { ...sound, restarts: 'bad' }).cause).toBe(
      'a restart, which alone is not enough to go back',
    )
  })

  it('law: a signal that turns bad never brings a pass, nor takes a fail back', () => {
    const signal = fc.constantFrom('good', 'bad', 'unknown' as const)
    const signals = fc.record({
      errors: signal,
      errorsOverFloor: fc.boolean(),
      latency: signal,
      process: signal,
      probes: signal,
      restarts: signal,
      outOfMemory: signal,
    }) as fc.Arbitrary<Signals>
    const names = ['errors', 'latency', 'process', 'probes', 'restarts', 'outOfMemory'] as const
    fc.assert(
      fc.property(fc.constantFrom(...modes), signals, fc.constantFrom(...names), (mode, before, name) => {
        const first = decideVerdict(mode, before).verdict
        const then = decideVerdict(mode, { ...before, [name]: 'bad' }).verdict
        expect(then).not.toBe('pass')
        expect([then, first === 'fail' ? 'fail' : then]).toEqual([then, then])
      }),
    )
  })
})
