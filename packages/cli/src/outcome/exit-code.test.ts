import type { ErrorKind } from '@towpath/domain/error/towpath-error.ts'
import type { Outcome } from '@towpath/domain/environment/environment-state.ts'
import { describe, expect, test } from 'vitest'
import { exitCodeMeanings, exitCodeOfEnd, exitCodeOfKind, exitCodes } from './exit-code.ts'

const failure = { step: 'x', code: 'X', message: '', hint: '', logTail: '', at: '' }
const ended = (outcome: Outcome, failed: boolean) => ({
  finished: { outcome, reason: '', at: '', placement: null },
  failure: failed ? failure : null,
})

describe('exit codes', () => {
  const kinds: [ErrorKind, number][] = [
    ['failed', 1],
    ['conflict', 1],
    ['usage', 2],
    ['not-found', 2],
    ['blocked', 3],
    ['forbidden', 5],
    ['unreachable', 6],
    ['locked', 7],
  ]
  test.each(kinds)('an error that %s ends with %i', (kind, code) => {
    expect(exitCodeOfKind(kind)).toBe(code)
  })

  const ends: [string, ReturnType<typeof ended>, number][] = [
    ['is live', ended('live', false), 0],
    ['its gates refused, or nobody approved', ended('refused', false), 3],
    ['never got healthy', ended('refused', true), 1],
    ['was taken back', ended('rolled-back', true), 4],
    ['somebody aborted', ended('aborted', false), 1],
    ['a newer one replaced', ended('superseded', false), 1],
    ['failed', ended('failed', true), 1],
  ]
  test.each(ends)('a deployment that %s ends with the code scripts expect', (_what, end, code) => {
    expect(exitCodeOfEnd(end)).toBe(code)
  })

  test('every code has its meaning in the help topic, once', () => {
    const told = exitCodeMeanings.map(([code]) => code)
    expect(told).toEqual(Object.values(exitCodes))
  })
})
