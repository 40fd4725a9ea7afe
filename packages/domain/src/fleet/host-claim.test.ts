import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeClaim } from './host-claim.ts'
import type { Claimant, HostClaim } from './host-claim.ts'

/** A ledger is what happened, in order; its "hash" at a place is simply everything up to there. */
type Ledger = readonly string[]

const hashAt = (ledger: Ledger, seq: number): string => JSON.stringify(ledger.slice(0, seq))
const headOf = (ledger: Ledger) => ({ seq: ledger.length, hash: hashAt(ledger, ledger.length) })
const claimOf = (ledger: Ledger, fence: number): HostClaim => ({ fence, head: headOf(ledger) })

function claimant(
  ledger: Ledger,
  found: HostClaim | null,
  own: Partial<Claimant> & { fence: number },
): Claimant {
  const seq = found?.head?.seq ?? 0
  const isThere = seq >= 1 && seq <= ledger.length
  return {
    head: headOf(ledger),
    hashAtFound: isThere ? hashAt(ledger, seq) : undefined,
    takenOver: null,
    ...own,
  }
}

const happening = fc.string({ maxLength: 3 })
const ledgers = fc.array(happening, { minLength: 1, maxLength: 12 })
const more = fc.array(happening, { minLength: 1, maxLength: 12 })
const fences = fc.integer({ min: 1, max: 1_000 })

describe('a controller that finds a claim on a host', () => {
  it('acts where nobody claimed the host, as an older version never did', () => {
    fc.assert(
      fc.property(ledgers, fences, (ledger, fence) => {
        expect(judgeClaim(null, claimant(ledger, null, { fence }))).toBe('may-act')
      }),
    )
  })

  it('acts where the ledger that claimed it is its own, however much that grew since', () => {
    fc.assert(
      fc.property(ledgers, fc.array(happening), fences, (then, since, fence) => {
        const found = claimOf(then, fence)
        expect(judgeClaim(found, claimant([...then, ...since], found, { fence: fence + 1 }))).toBe('may-act')
      }),
    )
  })

  it('does not act with a copy from before, although it started later', () => {
    fc.assert(
      fc.property(ledgers, more, fences, (copy, since, fence) => {
        const found = claimOf([...copy, ...since], fence)
        expect(judgeClaim(found, claimant(copy, found, { fence: fence + 1 }))).toBe('ledger-behind')
      }),
    )
  })

  it('does not act with a copy that went its own way, however long it became', () => {
    fc.assert(
      fc.property(ledgers, fc.tuple(more, more), fences, (copy, [theirs, ours], fence) => {
        const found = claimOf([...copy, 'theirs', ...theirs], fence)
        const own = claimant([...copy, 'ours', ...ours], found, { fence: fence + 1 })
        expect(judgeClaim(found, own)).toBe('ledger-behind')
      }),
    )
  })

  it('gives way to one that started later, whatever either knows and whoever took over', () => {
    fc.assert(
      fc.property(
        fc.tuple(ledgers, ledgers),
        fences,
        fc.option(fences),
        ([theirs, ours], fence, takenOver) => {
          const found = claimOf(theirs, fence + 1)
          expect(judgeClaim(found, claimant(ours, found, { fence, takenOver }))).toBe('newer-controller')
        },
      ),
    )
  })

  it('acts after a person took over from whoever claimed the host, and not from one that came after that', () => {
    fc.assert(
      fc.property(ledgers, more, fences, (copy, since, fence) => {
        const found = claimOf([...copy, ...since], fence)
        const taken = claimant(copy, found, { fence: fence + 2, takenOver: fence })
        expect(judgeClaim(found, taken)).toBe('may-act')
        const later = { ...found, fence: fence + 1 }
        expect(judgeClaim(later, taken)).toBe('ledger-behind')
      }),
    )
  })

  it('asks a person where the claim cannot be read', () => {
    const found = { fence: 0, head: null }
    expect(judgeClaim(found, claimant(['a'], found, { fence: 7 }))).toBe('ledger-behind')
    expect(judgeClaim(found, claimant(['a'], found, { fence: 7, takenOver: 0 }))).toBe('may-act')
  })
})
