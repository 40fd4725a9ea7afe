import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newestOf, planSync, readModifiedList } from './plan-sync.ts'
import type { ModifiedRow } from './plan-sync.ts'

const row = (second: number, id = `A-${second}`, fraction = ''): ModifiedRow => ({
  modified: `2026-01-01T00:00:${String(second).padStart(2, '0')}${fraction}Z`,
  id,
})
const stateOf = (rows: readonly ModifiedRow[]) => ({ newest: newestOf(rows) ?? '', rows: rows.length })

describe('a list of what changed', () => {
  test('is rows of a time and an id; the first line that is none is named', () => {
    const text = '2026-01-01T00:00:02.123456Z,GHSA-aaaa-bbbb-cccc\r\n2026-01-01T00:00:01Z,MAL-2026-1\n'
    expect(readModifiedList(text)).toEqual([
      { modified: '2026-01-01T00:00:02.123456Z', id: 'GHSA-aaaa-bbbb-cccc' },
      { modified: '2026-01-01T00:00:01Z', id: 'MAL-2026-1' },
    ])
    for (const line of ['2026-01-01T00:00:01Z,../../etc', '2026-01-01T00:0', '<html>', 'x,A-1'])
      expect(readModifiedList(`${text}${line}`)).toEqual({ line: 3 })
  })

  test('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = readModifiedList(text)
        expect('line' in read || read.every(({ id }) => !id.includes('/'))).toBe(true)
      }),
    )
  })
})

describe('a sync', () => {
  const rows = [row(3), row(2), row(1)]
  const before = stateOf(rows)

  test('fetches everything the first time, and nothing where nothing changed', () => {
    expect(planSync(rows, null)).toEqual({ do: 'all' })
    expect(planSync(rows, before)).toEqual({ do: 'nothing' })
  })

  test('fetches what is newer than the newest that was seen, to the last digit of a second', () => {
    const later = [row(5, 'A-1'), row(3, 'A-9', '.000000001'), row(3), row(2)]
    expect(planSync(later, before)).toEqual({ do: 'changed', ids: ['A-1', 'A-9'] })
  })

  test('fetches everything where rows of the same time came or went', () => {
    expect(planSync([...rows, row(3, 'A-4')], before)).toEqual({ do: 'all' })
  })

  test('fetches everything where very much changed', () => {
    const many = Array.from({ length: 2001 }, (_, at) => row(9, `B-${at}`))
    expect(planSync([...many, ...rows], before)).toEqual({ do: 'all' })
  })

  const bad: [string, readonly ModifiedRow[], string][] = [
    ['is empty', [], 'empty'],
    ['is older than what is here', [row(2), row(1), row(0)], 'older than what is here'],
    ['lost rows', [row(9)], 'it was cut'],
  ]
  test.each(bad)('refuses a list that %s', (_, list, why) => {
    expect(planSync(list, before)).toMatchObject({ do: 'refuse', why: expect.stringContaining(why) })
  })

  test('that follows a list knows every record of it: those before, and those that it fetches', () => {
    const some = fc.array(fc.nat({ max: 59 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(some, some, (first, second) => {
        const known = first.map((at, index) => row(at, `A-${index}`))
        const next = [...known, ...second.map((at, index) => row(at, `B-${index}`))]
        const plan = planSync(next, stateOf(known))
        const held = new Set([...known.map(({ id }) => id), ...(plan.do === 'changed' ? plan.ids : [])])
        const isWhole =
          plan.do === 'all' ||
          next.every(({ id, modified }) => held.has(id) || modified <= stateOf(known).newest)
        expect(isWhole).toBe(true)
      }),
    )
  })
})
