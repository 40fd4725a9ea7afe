import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planMoves, type CurrentSlot } from './plan-moves.ts'
import {
  type Picture,
  type Seat,
  type Steering,
  after,
  currentFrom,
  servedServices,
  slots,
  wantedFrom,
} from './testing/picture.ts'

const anySeat: fc.Arbitrary<Seat> = fc.oneof(
  fc.record({
    role: fc.constant('live' as const),
    weight: fc.integer({ min: 1, max: 100 }),
    release: fc.constantFrom('1.0.0', '1.1.0'),
  }),
  fc.record({
    role: fc.constantFrom('candidate' as const, 'backup' as const, 'draining' as const),
    release: fc.constantFrom('1.0.0', '1.1.0'),
  }),
  fc.record({ role: fc.constant('off' as const), release: fc.constant(null) }),
)
const anyPicture: fc.Arbitrary<Picture> = fc.record({
  api: fc.array(anySeat, { minLength: 4, maxLength: 4 }),
  web: fc.array(anySeat, { minLength: 4, maxLength: 4 }),
})

const anySteering: fc.Arbitrary<Steering> = fc.record({
  api: fc.record({
    trial: fc.option(
      fc.record({
        slot: fc.constantFrom(...slots),
        perMyriad: fc.constantFrom(500, 2_500, 10_000),
        salt: fc.constantFrom(1, 2),
      }),
    ),
    held: fc.boolean(),
  }),
})

const anyChange = fc.record({
  before: anyPicture,
  now: anySteering,
  target: anyPicture,
  later: anySteering,
})

describe('planMoves', () => {
  it('law: a service that is live or held before and after is so after every single move', () => {
    fc.assert(
      fc.property(anyChange, ({ before, now, target, later }) => {
        const current = currentFrom(before, now)
        const targetServed = servedServices(currentFrom(target, later))
        const lasting = [...servedServices(current)].filter((service) => targetServed.has(service))
        const moves = planMoves(current, wantedFrom(target, later))
        return moves.every((_, count) => {
          const served = servedServices(after(current, moves.slice(0, count + 1)))
          return lasting.every((service) => served.has(service))
        })
      }),
    )
  })

  it('law: where a live slot takes over from a live one unheld, there is a live one all the time', () => {
    fc.assert(
      fc.property(anyPicture, anyPicture, (before, target) => {
        const current = currentFrom(before)
        const targetLive = servedServices(currentFrom(target))
        const lasting = [...servedServices(current)].filter((service) => targetLive.has(service))
        const moves = planMoves(current, wantedFrom(target))
        return moves.every((_, count) => {
          const live_ = servedServices(after(current, moves.slice(0, count + 1)))
          return lasting.every((service) => live_.has(service))
        })
      }),
    )
  })

  it('law: while a slot is retired, drained or given to another release, it is on no trial that goes on', () => {
    fc.assert(
      fc.property(anyPicture, anySteering, anyPicture, (before, now, target) => {
        const moves = planMoves(currentFrom(before, now), wantedFrom(target))
        const end = moves.findIndex(({ act }) => act === 'end-trial')
        const trial = now['api']?.trial ?? null
        return moves.every(
          (move, index) =>
            !('slot' in move) ||
            move.service !== 'api' ||
            move.slot !== trial?.slot ||
            !['admit', 'label', 'drain', 'retire', 'stand-by'].includes(move.act) ||
            end < index,
        )
      }),
    )
  })

  it('law: from anywhere the moves lead to what is wanted, and from there no move is left', () => {
    fc.assert(
      fc.property(anyChange, fc.nat(20), ({ before, now, target, later }, stopAfter) => {
        const wanted = wantedFrom(target, later)
        const current = currentFrom(before, now)
        const halfway = after(current, planMoves(current, wanted).slice(0, stopAfter))
        const arrived = after(halfway, planMoves(halfway, wanted))
        expect(planMoves(arrived, wanted)).toEqual([])
        const aim = currentFrom(target, later)
        expect(arrived.slots.map(sameAtRunTime)).toEqual(aim.slots.map(sameAtRunTime))
        expect(arrived.steering).toEqual(aim.steering)
      }),
    )
  })

  it('law: no slot takes traffic under the name of a release that it no longer holds', () => {
    fc.assert(
      fc.property(anyPicture, anyPicture, (before, target) => {
        const moves = planMoves(currentFrom(before), wantedFrom(target))
        return moves.every(
          (move, index) =>
            move.act !== 'raise' ||
            !moves
              .slice(index)
              .some(
                (later) =>
                  later.act === 'label' && later.slot === move.slot && later.service === move.service,
              ),
        )
      }),
    )
  })
})

/** A candidate that was live drains at run time; only the file tells them apart. */
const sameAtRunTime = (slot: CurrentSlot): CurrentSlot =>
  slot.role?.role === 'candidate' ? { ...slot, role: { role: 'draining' } } : slot
