import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planMoves, type CurrentSlot, type EdgeMove } from './plan-moves.ts'
import type { SlotRole, WantedEdge } from './wanted.ts'

const slots = ['s1', 's2', 's3', 's4']
type Seat = SlotRole & { release: string | null }
type Picture = Record<string, Seat[]>

const wantedFrom = (picture: Picture): WantedEdge => ({
  project: 'refactor',
  environment: 'production',
  fence: 1,
  deployment: 'd-1',
  services: Object.entries(picture).map(([service, seats]) => ({
    service,
    port: 80,
    health: { path: '/', intervalMs: 1000, timeoutMs: 1000, statusMin: 200, statusMax: 399 },
    slots: seats.map((seat, index) => ({
      ...seat,
      slot: slots[index]!,
      address: `10.0.0.${index}`,
      port: 80,
    })),
  })),
})

const currentFrom = (picture: Picture): CurrentSlot[] =>
  Object.entries(picture).flatMap(([service, seats]) =>
    seats.map(({ release, ...role }, index) => ({ service, slot: slots[index]!, role, release })),
  )

const apply = (slot: CurrentSlot, move: EdgeMove): CurrentSlot => {
  switch (move.act) {
    case 'label':
      return { ...slot, release: move.release }
    case 'raise':
    case 'lower':
      return { ...slot, role: { role: 'live', weight: move.weight } }
    case 'admit':
      return { ...slot, role: { role: 'candidate' } }
    case 'stand-by':
      return { ...slot, role: { role: 'backup' } }
    case 'drain':
      return { ...slot, role: { role: 'draining' } }
    case 'retire':
      return { ...slot, role: { role: 'off' } }
  }
}

const after = (current: CurrentSlot[], moves: EdgeMove[]): CurrentSlot[] =>
  moves.reduce(
    (now, move) =>
      now.map((slot) =>
        slot.service === move.service && slot.slot === move.slot ? apply(slot, move) : slot,
      ),
    current,
  )

const liveServices = (current: CurrentSlot[]): Set<string> =>
  new Set(current.filter(({ role }) => role?.role === 'live').map(({ service }) => service))

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

describe('planMoves', () => {
  it('raises the new slot before the old one stands by', () => {
    const moves = planMoves(
      currentFrom({
        api: [
          { role: 'live', weight: 100, release: '1.0.0' },
          { role: 'candidate', release: '1.1.0' },
        ],
      }),
      wantedFrom({
        api: [
          { role: 'backup', release: '1.0.0' },
          { role: 'live', weight: 100, release: '1.1.0' },
        ],
      }),
    )
    expect(moves).toEqual([
      { service: 'api', slot: 's2', act: 'raise', weight: 100 },
      { service: 'api', slot: 's1', act: 'stand-by' },
    ])
  })

  it('moves a canary share up on the new slot before it goes down on the old', () => {
    const moves = planMoves(
      currentFrom({
        api: [
          { role: 'live', weight: 95, release: '1.0.0' },
          { role: 'live', weight: 5, release: '1.1.0' },
        ],
      }),
      wantedFrom({
        api: [
          { role: 'live', weight: 75, release: '1.0.0' },
          { role: 'live', weight: 25, release: '1.1.0' },
        ],
      }),
    )
    expect(moves).toEqual([
      { service: 'api', slot: 's2', act: 'raise', weight: 25 },
      { service: 'api', slot: 's1', act: 'lower', weight: 75 },
    ])
  })

  it('names a newcomer only after it is admitted, so that a run cut short admits it again', () => {
    const before = currentFrom({ api: [{ role: 'draining', release: '1.0.0' }] })
    const wanted = wantedFrom({ api: [{ role: 'candidate', release: '1.1.0' }] })
    expect(planMoves(before, wanted)).toEqual([
      { service: 'api', slot: 's1', act: 'admit' },
      { service: 'api', slot: 's1', act: 'label', release: '1.1.0' },
    ])
  })

  it('sets a slot anew whose state is not one of ours', () => {
    const current: CurrentSlot[] = [{ service: 'api', slot: 's1', role: null, release: '1.0.0' }]
    const wanted = wantedFrom({ api: [{ role: 'live', weight: 100, release: '1.0.0' }] })
    expect(planMoves(current, wanted)).toEqual([{ service: 'api', slot: 's1', act: 'raise', weight: 100 }])
  })

  it('leaves out what the running edge does not know yet', () => {
    expect(planMoves([], wantedFrom({ api: [{ role: 'live', weight: 100, release: '1.0.0' }] }))).toEqual([])
  })

  it('law: a service that is live before and after is live after every single move', () => {
    fc.assert(
      fc.property(anyPicture, anyPicture, (before, target) => {
        const current = currentFrom(before)
        const wanted = wantedFrom(target)
        const targetLive = liveServices(currentFrom(target))
        const lasting = [...liveServices(current)].filter((service) => targetLive.has(service))
        const moves = planMoves(current, wanted)
        return moves.every((_, count) => {
          const live = liveServices(after(current, moves.slice(0, count + 1)))
          return lasting.every((service) => live.has(service))
        })
      }),
    )
  })

  it('law: from anywhere the moves lead to what is wanted, and from there no move is left', () => {
    fc.assert(
      fc.property(anyPicture, anyPicture, fc.nat(20), (before, target, stopAfter) => {
        const wanted = wantedFrom(target)
        const current = currentFrom(before)
        const halfway = after(current, planMoves(current, wanted).slice(0, stopAfter))
        const arrived = after(halfway, planMoves(halfway, wanted))
        expect(planMoves(arrived, wanted)).toEqual([])
        expect(arrived.map(sameAtRunTime)).toEqual(currentFrom(target).map(sameAtRunTime))
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
