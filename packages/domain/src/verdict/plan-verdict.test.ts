import { seededRandom } from '@towpath/testkit/crash/crash-point.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noTraffic } from '../signal/traffic.ts'
import type { TrafficCount } from '../signal/traffic.ts'
import { defaultBudget } from './budget.ts'
import { compareRound, readComparison, startComparison } from './comparison.ts'
import { planVerdict } from './plan-verdict.ts'
import type { ExpectedTraffic, Forecast } from './plan-verdict.ts'
import { drawLatencies, drawTraffic, latencyTable, lognormal, simulateBake } from './simulate-bake.ts'

const table = latencyTable(seededRandom(1), lognormal(200, 0.6))
const baseline: TrafficCount = {
  requests: 5_000,
  errors: 5,
  latency: drawLatencies(seededRandom(2), table, { requests: 5_000 }),
}

const plan = (traffic: Partial<ExpectedTraffic>) =>
  planVerdict(
    { mode: 'concurrent', requestsPerSecond: 0.4, weight: 0.05, baseline, ...traffic },
    defaultBudget,
  )

const hours = (forecast: Forecast | null): number => (forecast?.durationMs ?? Number.NaN) / 3_600_000

describe('a plan of a verdict', () => {
  it('says that a canary of 5% needs hours at 0.4 requests a second, and an even split far less', () => {
    expect(hours(plan({}).decided)).toBeGreaterThan(1)
    expect(hours(plan({}).decided)).toBeLessThan(4)
    expect(hours(plan({ weight: 0.5 }).decided)).toBeLessThan(0.5)
  })

  it('knows no time without traffic, without weight or without a known latency', () => {
    expect(plan({ requestsPerSecond: 0 }).decided).toBeNull()
    expect(plan({ weight: 0 }).errors).toEqual({ fail: null, pass: null })
    const unknown = plan({ baseline: { ...baseline, latency: {} } })
    expect([unknown.latency, unknown.decided]).toEqual([null, null])
    expect(unknown.errors.fail?.requests).toBeGreaterThan(0)
  })

  it('finds an end for a service that answers in a few regular times', () => {
    const regular = { requests: 1_000, errors: 0, latency: { 50: 500, 55: 300, 60: 200 } }
    for (const weight of [0.05, 0.2, 0.5]) expect(plan({ baseline: regular, weight }).decided).not.toBeNull()
  })

  it('asks more history before a switch than it has, and says never until then', () => {
    const few = { requests: 20, errors: 1, latency: { 50: 20 } }
    expect(plan({ mode: 'sequential', weight: 1, baseline: few }).errors.fail).toBeNull()
    expect(plan({ mode: 'sequential', weight: 1 }).errors.fail).not.toBeNull()
  })

  it('law: twice the traffic takes half the time and as many requests', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1_000, noNaN: true }),
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        (requestsPerSecond, weight) => {
          const once = plan({ requestsPerSecond, weight }).errors.fail
          const twice = plan({ requestsPerSecond: requestsPerSecond * 2, weight }).errors.fail
          expect(twice?.requests).toBe(once?.requests)
          expect(twice?.durationMs).toBeGreaterThanOrEqual((once?.durationMs ?? 0) / 2 - 1)
          expect(twice?.durationMs).toBeLessThanOrEqual((once?.durationMs ?? 0) / 2 + 1)
        },
      ),
    )
  })

  it('keeps its word after a switch: 95 of 100 show the planned effect on errors within twice the forecast', () => {
    const random = seededRandom(3)
    const side = { requestsPerSecond: 20, latency: table }
    const bakes = Array.from({ length: 200 }, () => {
      const before = drawTraffic(random, { ...side, errorRatio: 0.01 }, { seconds: 250 })
      const traffic = { mode: 'sequential', requestsPerSecond: 20, weight: 1, baseline: before } as const
      const requests = planVerdict(traffic, defaultBudget).errors.fail?.requests ?? 0
      return simulateBake({
        start: startComparison({ mode: 'sequential', before }),
        rounds: 20,
        draw: () => ({
          candidate: drawTraffic(random, { ...side, errorRatio: 0.06 }, { seconds: requests / 200 }),
          baseline: noTraffic,
        }),
        budget: defaultBudget,
        saw: ({ signals }) => (signals.errors === 'bad' ? 'fail' : 'neither'),
      })
    })
    expect(bakes.filter(({ failedAt }) => failedAt !== null).length).toBeGreaterThanOrEqual(190)
  })

  it('agrees with what a comparison still asks for at its start', () => {
    const round = {
      candidate: {
        requests: 20,
        errors: 0,
        latency: drawLatencies(seededRandom(4), table, { requests: 20 }),
      },
      baseline: { requests: 20, errors: 0, latency: drawLatencies(seededRandom(5), table, { requests: 20 }) },
    }
    const comparison = compareRound(startComparison({ mode: 'concurrent' }), round, defaultBudget)
    const more = readComparison(comparison, { budget: defaultBudget }).numbers.errors.moreRequests ?? 0
    const planned = plan({ weight: 0.5 }).errors.pass?.requests ?? 0
    expect(more).toBeGreaterThan(planned / 4)
    expect(more).toBeLessThan(planned)
  })
})
