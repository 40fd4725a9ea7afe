import { describe, expect, it } from 'vitest'
import { planMoves, type CurrentEdge } from './plan-moves.ts'
import { type Picture, candidate, currentFrom, live, wantedFrom } from './testing/picture.ts'

describe('steering among the moves', () => {
  it('starts a trial after its slot was admitted, and changes its share by one move', () => {
    const before = { api: [live, { role: 'off', release: null }] } satisfies Picture
    const seated = { api: [live, candidate] } satisfies Picture
    const trial = { slot: 's2', perMyriad: 500, salt: 7 }
    const started = wantedFrom(seated, { api: { trial, held: false } })
    expect(planMoves(currentFrom(before), started)).toEqual([
      { service: 'api', slot: 's2', act: 'admit' },
      { service: 'api', slot: 's2', act: 'label', release: '1.1.0' },
      { service: 'api', act: 'try', trial, begins: true },
    ])
    const more = { ...trial, perMyriad: 2_500 }
    const current = currentFrom(seated, { api: { trial, held: false } })
    expect(planMoves(current, wantedFrom(seated, { api: { trial: more, held: false } }))).toEqual([
      { service: 'api', act: 'try', trial: more, begins: false },
    ])
  })

  it('a slot that leaves its trial for live takes its part first; one that goes back gives its share up first', () => {
    const trial = { slot: 's2', perMyriad: 10_000, salt: 7 }
    const current = currentFrom({ api: [live, candidate] }, { api: { trial, held: false } })
    const promoted = wantedFrom({
      api: [
        { role: 'backup', release: '1.0.0' },
        { role: 'live', weight: 100, release: '1.1.0' },
      ],
    })
    expect(planMoves(current, promoted)).toEqual([
      { service: 'api', slot: 's2', act: 'raise', weight: 100 },
      { service: 'api', act: 'end-trial' },
      { service: 'api', slot: 's1', act: 'stand-by' },
    ])
    const back = wantedFrom({ api: [live, { role: 'off', release: null }] })
    expect(planMoves(current, back).map(({ act }) => act)).toEqual(['end-trial', 'retire', 'label'])
  })

  it('another release in the slot, or another salt, is another trial', () => {
    const trial = { slot: 's2', perMyriad: 500, salt: 7 }
    const current = currentFrom({ api: [live, candidate] }, { api: { trial, held: false } })
    const newcomer = wantedFrom(
      { api: [live, { role: 'candidate', release: '1.2.0' }] },
      { api: { trial, held: false } },
    )
    expect(planMoves(current, newcomer).map(({ act }) => act)).toEqual(['end-trial', 'admit', 'label', 'try'])
    const salted = { ...trial, salt: 8 }
    expect(
      planMoves(current, wantedFrom({ api: [live, candidate] }, { api: { trial: salted, held: false } })),
    ).toEqual([
      { service: 'api', act: 'end-trial' },
      { service: 'api', act: 'try', trial: salted, begins: true },
    ])
  })

  it('requests wait before the last live slot goes, and are let go once another is there', () => {
    const held = { api: { trial: null, held: true } }
    const emptied = { api: [{ role: 'draining', release: '1.0.0' }, candidate] } satisfies Picture
    expect(planMoves(currentFrom({ api: [live, candidate] }), wantedFrom(emptied, held))).toEqual([
      { service: 'api', act: 'hold' },
      { service: 'api', slot: 's1', act: 'drain' },
    ])
    const taken = wantedFrom({
      api: [
        { role: 'off', release: null },
        { role: 'live', weight: 100, release: '1.1.0' },
      ],
    })
    const acts = planMoves(currentFrom(emptied, held), taken).map(({ act }) => act)
    expect(acts.indexOf('raise')).toBeLessThan(acts.indexOf('release'))
  })

  it('brings steering anew that is none of ours', () => {
    const current: CurrentEdge = {
      ...currentFrom({ api: [live] }),
      steering: [{ service: 'api', trial: 'unknown', held: 'unknown' }],
    }
    expect(planMoves(current, wantedFrom({ api: [live] })).map(({ act }) => act)).toEqual([
      'end-trial',
      'release',
    ])
  })
})
