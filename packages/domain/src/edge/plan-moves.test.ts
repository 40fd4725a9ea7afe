import { describe, expect, it } from 'vitest'
import { planMoves, type CurrentEdge } from './plan-moves.ts'
import { currentFrom, wantedFrom } from './testing/picture.ts'

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
    const current: CurrentEdge = {
      slots: [{ service: 'api', slot: 's1', role: null, release: '1.0.0' }],
      steering: [],
    }
    const wanted = wantedFrom({ api: [{ role: 'live', weight: 100, release: '1.0.0' }] })
    expect(planMoves(current, wanted)).toEqual([{ service: 'api', slot: 's1', act: 'raise', weight: 100 }])
  })

  it('leaves out what the running edge does not know yet', () => {
    expect(
      planMoves(
        { slots: [], steering: [] },
        wantedFrom({ api: [{ role: 'live', weight: 100, release: '1.0.0' }] }),
      ),
    ).toEqual([])
  })
})
