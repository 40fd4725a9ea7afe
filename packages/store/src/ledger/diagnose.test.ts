import { describe, expect, test } from 'vitest'
import { diagnose } from './diagnose.ts'
import type { FaultScene, FoundRow } from './diagnose.ts'

const row = (seq: number, part: Partial<FoundRow> = {}): FoundRow => ({
  seq,
  bodySeq: seq,
  prev: `hash ${seq - 1}`,
  hash: `hash ${seq}`,
  ...part,
})
const scene = (bad: FoundRow, part: Partial<FaultScene> = {}): FaultScene => ({
  row: bad,
  before: row(4),
  after: row(6),
  ownerSeq: undefined,
  ...part,
})

describe('the first row that breaks the chain', () => {
  test.each<[string, FaultScene, { seq: number; problem: string }]>([
    ['its text differs', scene(row(5)), { seq: 5, problem: 'changed' }],
    [
      'its text differs and it is the last',
      scene(row(5), { after: undefined }),
      { seq: 5, problem: 'changed' },
    ],
    ['its text is no event', scene(row(5, { bodySeq: undefined })), { seq: 5, problem: 'changed' }],
    ['it claims an earlier place', scene(row(5, { bodySeq: 2 })), { seq: 5, problem: 'changed' }],
    ['the row before is missing', scene(row(7), { before: row(4) }), { seq: 5, problem: 'removed' }],
    ['the first row is missing', scene(row(2), { before: undefined }), { seq: 1, problem: 'removed' }],
    ['one is missing and the rest moved up', scene(row(5, { bodySeq: 6 })), { seq: 5, problem: 'removed' }],
    ['two changed places', scene(row(5, { bodySeq: 9 }), { ownerSeq: 9 }), { seq: 5, problem: 'reordered' }],
    [
      'a row was pushed in, wrongly chained, and the rest moved down',
      scene(row(5, { hash: 'forged' }), { after: row(6, { bodySeq: 5, prev: 'hash 4' }) }),
      { seq: 5, problem: 'inserted' },
    ],
    [
      'a row was pushed in, rightly chained, and the rest moved down',
      scene(row(6, { bodySeq: 5, prev: 'hash 4' }), { before: row(5, { hash: 'forged' }) }),
      { seq: 5, problem: 'inserted' },
    ],
    ['a row lies before the first', scene(row(0), { before: undefined }), { seq: 0, problem: 'inserted' }],
  ])('when %s', (_, found, verdict) => {
    expect(diagnose(found)).toMatchObject(verdict)
    expect(diagnose(found).message).toContain(String(verdict.seq))
  })
})
