import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerHead } from './event.ts'
import { compareHeads } from './remembered-head.ts'

/** A history is what happened, in order; its "hash" at a place is simply everything up to there. */
type History = readonly string[]

const hashAt = (history: History, seq: number): string => JSON.stringify(history.slice(0, seq))
const headAt = (history: History, seq: number): LedgerHead => ({ seq, hash: hashAt(history, seq) })
const see = (history: History, remembered: LedgerHead) => ({
  head: headAt(history, history.length),
  hashAtRememberedSeq:
    remembered.seq >= 1 && remembered.seq <= history.length ? hashAt(history, remembered.seq) : undefined,
})

const histories = fc.array(fc.string({ maxLength: 3 }), { maxLength: 12 })
const happenings = fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 12 })

describe('a client that remembers a head', () => {
  test('accepts the ledger it saw', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const remembered = headAt(history, history.length)
        expect(compareHeads(remembered, see(history, remembered))).toBe('same')
      }),
    )
  })

  test('accepts any ledger that only grew', () => {
    fc.assert(
      fc.property(histories, happenings, (history, more) => {
        const remembered = headAt(history, history.length)
        expect(compareHeads(remembered, see([...history, ...more], remembered))).toBe('grown')
      }),
    )
  })

  test('refuses a ledger that lost its tail, whatever came before', () => {
    fc.assert(
      fc.property(histories, happenings, (history, lost) => {
        const remembered = headAt([...history, ...lost], history.length + lost.length)
        expect(compareHeads(remembered, see(history, remembered))).toBe('shorter')
      }),
    )
  })

  test('refuses a ledger in which any event it saw is another one, however long it has grown', () => {
    fc.assert(
      fc.property(happenings, fc.nat(), histories, (history, pick, more) => {
        const remembered = headAt(history, history.length)
        const place = pick % history.length
        const forged = history.map((event, index) => (index === place ? `${event}!` : event))
        expect(compareHeads(remembered, see([...forged, ...more], remembered))).toBe('different')
      }),
    )
  })

  test('refuses a grown ledger that cannot show the event it remembers', () => {
    expect(
      compareHeads({ seq: 2, hash: 'b' }, { head: { seq: 5, hash: 'e' }, hashAtRememberedSeq: undefined }),
    ).toBe('different')
  })
})
