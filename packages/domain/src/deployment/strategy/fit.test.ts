import { describe, expect, it } from 'vitest'
import { fitsOf, suggested } from './fit.ts'
import type { FitFacts } from './fit.ts'
import type { StrategyType } from './strategy.ts'

const plain: FitFacts = {
  ...{ single: false, replicas: 1, writesTo: [], connections: null, connectionsLeft: null },
  ...{ verdictMs: 60_000, atMostMs: 600_000, first: false },
}

const fitting = (given: Partial<FitFacts>): StrategyType[] =>
  fitsOf({ ...plain, ...given })
    .filter(({ fits }) => fits)
    .map(({ strategy }) => strategy)

const whyNot = (strategy: StrategyType, given: Partial<FitFacts>): string =>
  fitsOf({ ...plain, ...given }).find((fit) => fit.strategy === strategy && !fit.fits)?.why ?? 'it fits'

describe('a service', () => {
  it('that asks for nothing can go by any strategy but the one for single instances', () => {
    expect(fitting({})).toEqual(['blue-green', 'canary', 'recreate-hold'])
    expect(suggested(fitsOf(plain))).toBe('canary')
  })

  it('declared single goes by handoff, or recreate-hold, and never by canary', () => {
    expect(fitting({ single: true })).toEqual(['handoff', 'recreate-hold'])
    expect(whyNot('canary', { single: true })).toContain('declared single')
    expect(suggested(fitsOf({ ...plain, single: true }))).toBe('handoff')
  })

  it('that writes to a volume overlaps with nothing', () => {
    expect(fitting({ writesTo: ['/data'] })).toEqual(['recreate-hold'])
    expect(whyNot('blue-green', { writesTo: ['/data'] })).toContain('/data')
  })

  it('whose pool does not fit twice is recreated', () => {
    expect(fitting({ connections: 10, connectionsLeft: 9 })).toEqual(['recreate-hold'])
    expect(fitting({ connections: 10, connectionsLeft: 10 })).toContain('blue-green')
    expect(whyNot('blue-green', { connections: 10, connectionsLeft: 4 })).toContain('4 are left')
  })

  it('with too little traffic is no canary, and the reason says how long a verdict would take', () => {
    expect(whyNot('canary', { verdictMs: 7_200_000 })).toBe(
      'at the present traffic a verdict takes about 2 h and is given 10 m',
    )
    expect(suggested(fitsOf({ ...plain, verdictMs: 7_200_000 }))).toBe('blue-green')
  })

  it('of unknown traffic may be a canary, and that its time is unknown is said', () => {
    const fit = fitsOf({ ...plain, verdictMs: null }).find(({ strategy }) => strategy === 'canary')
    expect(fit).toMatchObject({ fits: true })
    expect(fit?.why).toContain('unknown')
  })

  it('of several replicas rolls, and goes by nothing else', () => {
    expect(fitting({ replicas: 3, writesTo: ['/data'] })).toEqual(['rolling'])
    expect(suggested(fitsOf({ ...plain, replicas: 2 }))).toBe('rolling')
    expect(whyNot('blue-green', { replicas: 3 })).toContain('3 replicas')
    expect(whyNot('rolling', {})).toContain('one replica')
    expect(whyNot('rolling', { replicas: 2, connections: 5, connectionsLeft: 4 })).toContain(
      'one more instance',
    )
  })

  it('that was never live has nothing to be compared with', () => {
    expect(whyNot('canary', { first: true })).toContain('nothing of it is live yet')
  })
})
