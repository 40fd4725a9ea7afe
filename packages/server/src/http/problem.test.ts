import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ErrorKind } from '@towpath/domain/error/towpath-error.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { problemOf, problemShape } from './problem.ts'

const error = (facts: { code?: string; kind?: ErrorKind; detail?: Record<string, unknown> }): TowpathError =>
  new TowpathError({ code: 'SOME_THING', kind: 'failed', message: 'It broke.', hint: 'Mend it.', ...facts })

test.each<[ErrorKind, number]>([
  ['usage', 422],
  ['forbidden', 403],
  ['not-found', 404],
  ['conflict', 409],
  ['blocked', 409],
  ['locked', 409],
  ['unreachable', 503],
  ['failed', 500],
])('an error of kind %s is answered with %d and keeps its kind', (kind, status) => {
  expect(problemOf(error({ kind }), 'request-1')).toMatchObject({ status, kind })
})

test('facts of an error become members and never replace one of the problem', () => {
  const detail = { status: 200, code: 'FINE', request: 'other', service: 'backend' }
  const problem = problemOf(error({ detail }), 'request-1')
  expect(problem).toMatchObject({ status: 500, code: 'SOME_THING', request: 'request-1', service: 'backend' })
})

test('whatever is thrown, the answer has the shape of a problem', () => {
  fc.assert(
    fc.property(fc.anything(), (thrown) => {
      expect(problemShape.safeParse(problemOf(thrown, 'request-1')).success).toBe(true)
    }),
  )
})

test('nothing of an unexpected fault shows', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12 }), (inner) => {
      const words = `${inner}#inner#`
      expect(JSON.stringify(problemOf(new Error(words), 'request-1'))).not.toContain('#inner#')
    }),
  )
})
