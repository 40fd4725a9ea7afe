import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { semverOrder } from '../version/semver.ts'
import { affects } from './affects.ts'
import { advisoryOf } from './testing/some-advisory.ts'

const answerFor = (version: string, given: Omit<Parameters<typeof advisoryOf>[0], 'id'>): string => {
  const found = affects(advisoryOf({ id: 'RUSTSEC-2026-0001', ...given }), version)
  return found.answer === 'yes' ? `yes ${found.fixed ?? '-'}` : found.answer
}

describe('an advisory concerns', () => {
  const half = [{ introduced: '1.0.0' }, { fixed: '1.2.3' }]
  const rows: [string, readonly Record<string, string>[], string][] = [
    ['1.0.0', half, 'yes 1.2.3'],
    ['1.2.2', half, 'yes 1.2.3'],
    ['1.2.3', half, 'no'],
    ['0.9.9', half, 'no'],
    // Pre-releases go by precedence, not by what `^` would take.
    ['1.2.3-rc.1', half, 'yes 1.2.3'],
    ['1.0.0-alpha', half, 'no'],
    ['1.2.3+build', half, 'no'],
    ['1.1.0-alpha', [{ introduced: '0.0.0-0' }, { fixed: '1.1.0-0' }], 'no'],
    ['0.0.0-0', [{ introduced: '0.0.0-0' }], 'yes -'],
    ['9999.0.0', [{ introduced: '0' }], 'yes -'],
    // Several intervals of one range, however they are written down.
    [
      '2.0.5',
      [{ fixed: '1.1.0' }, { introduced: '2.0.0' }, { fixed: '2.1.0' }, { introduced: '0' }],
      'yes 2.1.0',
    ],
    ['1.5.0', [{ introduced: '0' }, { fixed: '1.1.0' }, { introduced: '2.0.0' }, { fixed: '2.1.0' }], 'no'],
    // Introduced and fixed at once is nothing; fixed and introduced at once is no fix.
    [
      '0.23.5',
      [{ introduced: '0.23.0' }, { fixed: '0.23.0' }, { introduced: '0.23.13' }, { fixed: '0.23.18' }],
      'no',
    ],
    [
      '1.0.5',
      [{ introduced: '1.0.0' }, { fixed: '1.1.0' }, { introduced: '1.1.0' }, { fixed: '1.2.0' }],
      'yes 1.2.0',
    ],
    ['1.1.0', [{ introduced: '1.0.0' }, { last_affected: '1.1.0' }], 'yes -'],
    ['1.1.1', [{ introduced: '1.0.0' }, { last_affected: '1.1.0' }], 'no'],
    ['1.2.3', [{ introduced: '1' }, { fixed: 'v2.0' }], 'yes v2.0'],
  ]
  test.each(rows)('%s of %j: %s', (version, events, answer) => {
    expect(answerFor(version, { events })).toBe(answer)
  })

  test('every version, where it names neither range nor version', () => {
    expect(answerFor('7.7.7', {})).toBe('yes -')
  })

  test('versions named one by one, in whatever way they are written', () => {
    expect(answerFor('1.0', { ecosystem: 'PyPI', versions: ['1.0.0', '2.0'] })).toBe('yes -')
    expect(answerFor('3.0', { ecosystem: 'PyPI', versions: ['1.0.0', '2.0'] })).toBe('no')
  })

  test('Python versions by their own order', () => {
    const events = [{ introduced: '0' }, { fixed: '4.2.1.post1' }]
    expect(answerFor('4.2.1', { ecosystem: 'PyPI', events })).toBe('yes 4.2.1.post1')
    expect(answerFor('4.2.2.dev1', { ecosystem: 'PyPI', events })).toBe('no')
  })

  test('nobody knows whom, where the version cannot be read', () => {
    expect(answerFor('git-abc', { events: half })).toBe('unknown')
    expect(answerFor('1'.repeat(5000), { events: half })).toBe('unknown')
    expect(answerFor('git-abc', { events: [{ introduced: '0' }] })).toBe('yes -')
  })
})

const version = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.constantFrom('', '-0', '-alpha', '-rc.1'))
  .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre}`)

test('answers as the algorithm of OSV does, which walks the events in the order of versions', () => {
  const event = fc.tuple(fc.constantFrom('introduced', 'fixed', 'last_affected'), version)
  fc.assert(
    fc.property(fc.array(event, { maxLength: 6 }), version, (pairs, asked) => {
      const all: [string, string][] = [['introduced', '0'], ...pairs]
      const order = (a: string, b: string): number => {
        const [left, right] = [
          semverOrder.read(a === '0' ? '0.0.0-0' : a),
          semverOrder.read(b === '0' ? '0.0.0-0' : b),
        ]
        return left === null || right === null ? 0 : semverOrder.compare(left, right)
      }
      let isAffected = false
      for (const [kind, at] of all.toSorted((a, b) => order(a[1], b[1]))) {
        if (kind === 'introduced' && order(asked, at) >= 0) isAffected = true
        if (kind === 'fixed' && order(asked, at) >= 0) isAffected = false
        if (kind === 'last_affected' && order(asked, at) > 0) isAffected = false
      }
      expect(answerFor(asked, { events: all.map(([kind, at]) => ({ [kind]: at })) }).startsWith('yes')).toBe(
        isAffected,
      )
    }),
    { numRuns: 500 },
  )
})

test('a fixed version is never affected itself', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(version, version), { minLength: 1, maxLength: 4 }),
      version,
      (pairs, asked) => {
        const events = pairs.flatMap(([from, to]) => [{ introduced: from }, { fixed: to }])
        const answer = answerFor(asked, { events })
        fc.pre(answer.startsWith('yes ') && answer !== 'yes -')
        expect(answerFor(answer.slice(4), { events })).toBe('no')
      },
    ),
    { numRuns: 100, maxSkipsPerRun: 10_000 },
  )
})
