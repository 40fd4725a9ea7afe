import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LedgerEvent } from '../ledger/event.ts'
import type { EvidenceKind } from './evidence.ts'
import { RECORDS_MAX, foldSubjectEvidence } from './subject-evidence.ts'
import type { SubjectEvidence } from './subject-evidence.ts'

const event = (id: string, files: string[], kind: EvidenceKind = 'audit') =>
  ({
    type: 'evidence.recorded',
    data: { evidence: { id, kind }, findings: [], files },
  }) as unknown as LedgerEvent

const foldAll = (events: readonly LedgerEvent[]): SubjectEvidence | undefined =>
  events.reduce<SubjectEvidence | undefined>((state, one) => foldSubjectEvidence(state, one), undefined)

test('an audit stays in sight while it is the newest of one of its files, however many come after it', () => {
  const files = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'))
  fc.assert(
    fc.property(fc.array(files, { minLength: 1, maxLength: 60 }), (all) => {
      const state = foldAll(all.map((names, at) => event(`ev_${at}`, names)))
      const newest = [...new Set(all.flat())].map(
        (file) => `ev_${all.findLastIndex((one) => one.includes(file))}`,
      )
      expect(state?.records.map(({ id }) => id)).toEqual(expect.arrayContaining(newest))
      expect(state?.isCut).toBe(false)
    }),
  )
})

test('more audits of different files than are kept are told', () => {
  const many = Array.from({ length: RECORDS_MAX + 1 }, (_, at) => event(`ev_${at}`, [`file ${at}`]))
  expect(foldAll(many.slice(1))?.isCut).toBe(false)
  expect(foldAll(many)).toMatchObject({ isCut: true, records: { length: RECORDS_MAX } })
})

test('kinds do not push each other out', () => {
  const many = Array.from({ length: 50 }, (_, at) => event(`ev_t${at}`, [], 'tests'))
  expect(foldAll([event('ev_a', ['a']), ...many])?.records.map(({ id }) => id)).toContain('ev_a')
})
