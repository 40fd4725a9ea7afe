import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../signal/probe-result.ts'
import { probeResult } from '../signal/probe-result.ts'
import { badInARow, gapMaxMs, startWatch, watchRound, watchVerdict } from './watch-verdict.ts'
import type { Watch } from './watch-verdict.ts'

const good: ProbeResult = { saw: 'good', text: 'status 200' }
const bad: ProbeResult = { saw: 'bad', text: 'status 500' }
const blind: ProbeResult = { saw: 'edge-down', text: 'the edge does not run' }

const times = (count: number, look: ProbeResult): ProbeResult[] => Array.from({ length: count }, () => look)

const watchOf = (looks: ProbeResult[], everyMs = 200): Watch =>
  looks.reduce(
    (watch, look) => watchRound(watch, { sinceLastMs: everyMs, looks: { backend: look } }),
    startWatch,
  )

describe('a watch', () => {
  it('passes once its time is full and the last look was good', () => {
    expect(watchVerdict(watchOf([good, good, good, good, good]), 1_000)).toEqual({ verdict: 'pass' })
    expect(watchVerdict(watchOf([good, good, good, good]), 1_000)).toEqual({ verdict: 'inconclusive' })
  })

  it('never passes on a look that was bad or that nobody could take', () => {
    for (const last of [bad, blind])
      expect(watchVerdict(watchOf([good, good, good, good, good, last]), 1_000)).toEqual({
        verdict: 'inconclusive',
      })
  })

  it('fails a service that is bad often enough in a row, however long it was good before', () => {
    const looks = [...times(100, good), ...times(badInARow, bad)]
    expect(watchVerdict(watchOf(looks), 1_000)).toEqual({ verdict: 'fail', service: 'backend' })
  })

  it('does not blame a service for an edge that is down', () => {
    expect(watchVerdict(watchOf([good, ...times(50, blind)]), 1)).toEqual({
      verdict: 'inconclusive',
    })
  })

  it('does not count a sleep as watching', () => {
    expect(watchRound(startWatch, { sinceLastMs: 3_600_000, looks: { backend: good } }).watchedMs).toBe(
      gapMaxMs,
    )
    expect(watchRound(startWatch, { sinceLastMs: -5_000, looks: { backend: good } }).watchedMs).toBe(0)
  })

  it('law: whatever is seen, pass needs a good last round and fail needs bad looks in a row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(good, bad, blind), { maxLength: 40 }),
        fc.nat(5_000),
        (looks, durationMs) => {
          const { verdict } = watchVerdict(watchOf(looks), durationMs)
          const passes = verdict !== 'pass' || looks.at(-1)?.saw === 'good'
          const blamed = looks.filter((look) => look.saw !== 'edge-down').slice(-badInARow)
          const fails =
            verdict !== 'fail' || (blamed.length === badInARow && blamed.every((look) => look.saw === 'bad'))
          expect({ passes, fails }).toEqual({ passes: true, fails: true })
        },
      ),
    )
  })
})

describe('a probe', () => {
  const rule = { statusMin: 200, statusMax: 399 }
  it.each([
    [{ status: 200, fault: null }, 'good'],
    [{ status: 399, fault: null }, 'good'],
    [{ status: 400, fault: null }, 'bad'],
    [{ status: null, fault: 'no answer' }, 'bad'],
    [{ status: null, fault: 'gone', edgeDown: true as const }, 'edge-down'],
  ])('%j is %s', (answer, saw) => {
    expect(probeResult(answer, rule).saw).toBe(saw)
  })
})
