import { seededRandom } from '@towpath/testkit/crash/crash-point.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noTraffic, trafficSince } from '../signal/traffic.ts'
import type { TrafficCount } from '../signal/traffic.ts'
import { defaultBudget } from './budget.ts'
import { compareRound, readComparison, startComparison } from './comparison.ts'
import type { Comparison, ComparisonStart } from './comparison.ts'
import { unknownProcess } from './decide-verdict.ts'
import { describeComparison } from './describe-comparison.ts'
import type { Sides } from './sides.ts'
import { drawLatencies, latencyTable, lognormal } from './simulate-bake.ts'

type Round = Sides<TrafficCount>

const traffic = fc
  .record({
    requests: fc.nat(60),
    errorShare: fc.constantFrom(0, 0, 0.05, 0.3, 1),
    latency: fc.array(fc.integer({ min: 40, max: 70 }), { maxLength: 60 }),
  })
  .map(({ requests, errorShare, latency }): TrafficCount => {
    const buckets: Record<number, number> = {}
    for (const bucket of latency.slice(0, requests)) buckets[bucket] = (buckets[bucket] ?? 0) + 1
    return { requests, errors: Math.floor(requests * errorShare), latency: buckets }
  })

const rounds = fc.array(fc.record({ candidate: traffic, baseline: traffic }), { maxLength: 12 })

const before: TrafficCount = { requests: 5_000, errors: 10, latency: { 50: 3_000, 55: 1_500, 60: 500 } }
const starts: ComparisonStart[] = [{ mode: 'concurrent' }, { mode: 'sequential', before }]
const start = fc.constantFrom(...starts)

const compare = (how: ComparisonStart, looks: Round[]): Comparison =>
  looks.reduce<Comparison>(
    (comparison, round) => compareRound(comparison, round, defaultBudget),
    startComparison(how),
  )

const read = (how: ComparisonStart, looks: Round[]) =>
  readComparison(compare(how, looks), { budget: defaultBudget })

const tables = Object.fromEntries(
  [10, 30, 200, 600].map((medianMs) => [medianMs, latencyTable(seededRandom(1), lognormal(medianMs, 0.5))]),
)

const steady = (random: () => number, requests: number, medianMs: number): TrafficCount => ({
  requests,
  errors: 0,
  latency: drawLatencies(random, tables[medianMs] ?? [], { requests }),
})

/** Look after look: no single one may decide. */
const repeated = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

describe('a comparison', () => {
  it('never passes and never fails on no data', () => {
    for (const how of starts) {
      const { verdict, why } = read(how, [{ candidate: noTraffic, baseline: noTraffic }])
      expect(verdict).toBe('inconclusive')
      expect(why).toContain('too few requests to judge errors and latency')
    }
  })

  it('passes a sound candidate on requests of both sides, and says how many are missing until then', () => {
    const random = seededRandom(1)
    const round = () => ({ candidate: steady(random, 40, 200), baseline: steady(random, 40, 200) })
    const few = read({ mode: 'concurrent' }, [round()])
    expect(few.verdict).toBe('inconclusive')
    expect(few.numbers.errors.moreRequests).toBeGreaterThan(10)
    expect(few.numbers.errors.moreRequests).toBeLessThan(100)
    expect(few.why).toMatch(/to judge errors takes about \d+ more requests of the new release/i)
    const many = Array.from({ length: 10 }, round)
    expect(read({ mode: 'concurrent' }, many).verdict).toBe('pass')
  })

  it('does not pass on the candidate alone while nothing serves beside it', () => {
    const random = seededRandom(2)
    const round = { candidate: steady(random, 5_000, 200), baseline: noTraffic }
    expect(read({ mode: 'concurrent' }, [round]).verdict).toBe('inconclusive')
  })

  it('fails a candidate with more errors within some looks, and never for one burst of them', () => {
    const random = seededRandom(3)
    const look = (errors: number) => ({
      candidate: { ...steady(random, 12, 200), errors },
      baseline: steady(random, 200, 200),
    })
    const { verdict, signals } = read(
      { mode: 'concurrent' },
      repeated(4, () => look(3)),
    )
    expect([verdict, signals.errors, signals.errorsOverFloor]).toEqual(['fail', 'bad', true])
    const burst = [look(12), ...repeated(3, () => look(0))]
    expect(read({ mode: 'concurrent' }, burst).verdict).toBe('inconclusive')
  })

  it('never blames a candidate for one stall, however many requests it held up', () => {
    const random = seededRandom(8)
    const stalled = { candidate: steady(random, 300, 600), baseline: steady(random, 300, 10) }
    const usual = () => ({ candidate: steady(random, 300, 10), baseline: steady(random, 300, 10) })
    expect(read({ mode: 'concurrent' }, [usual(), stalled, stalled, usual()]).signals.latency).not.toBe('bad')
    expect(
      read(
        { mode: 'concurrent' },
        repeated(15, () => stalled),
      ).signals.latency,
    ).toBe('bad')
  })

  it('never fails on fewer errors than the budget asks, whatever the test says', () => {
    const random = seededRandom(4)
    const round = (errors: number) => ({
      candidate: { ...steady(random, 3, 200), errors },
      baseline: steady(random, 9_000, 200),
    })
    const looks = (errors: number) => Array.from({ length: errors }, () => round(1))
    expect(read({ mode: 'concurrent' }, looks(2)).signals.errors).toBe('unknown')
    expect(read({ mode: 'concurrent' }, looks(4)).signals.errors).toBe('bad')
  })

  it('does not go back for a difference in latency below the floor', () => {
    const random = seededRandom(5)
    const round = () => ({ candidate: steady(random, 200, 30), baseline: steady(random, 200, 10) })
    const { signals, numbers } = read({ mode: 'concurrent' }, repeated(20, round))
    expect(numbers.latency.slow.found).toBe(true)
    expect(signals.latency).toBe('good')
  })

  it('after a switch asks a second signal for slower answers, and none for errors above the floor', () => {
    const random = seededRandom(6)
    const how: ComparisonStart = { mode: 'sequential', before: steady(random, 3_000, 200) }
    const slow = compare(how, [{ candidate: steady(random, 2_000, 600), baseline: noTraffic }])
    expect(readComparison(slow, { budget: defaultBudget }).verdict).toBe('inconclusive')
    expect(
      readComparison(slow, { budget: defaultBudget, process: { ...unknownProcess, restarts: 'bad' } })
        .verdict,
    ).toBe('fail')
    const broken = { ...steady(random, 200, 200), errors: 60 }
    expect(read(how, [{ candidate: broken, baseline: noTraffic }]).verdict).toBe('fail')
    const worse = { ...steady(random, 400, 200), errors: 30 }
    expect(read(how, [{ candidate: worse, baseline: noTraffic }]).verdict).toBe('inconclusive')
  })

  it('judges errors alone where nothing is known from before, and says so', () => {
    const random = seededRandom(9)
    const how: ComparisonStart = { mode: 'sequential', before: noTraffic }
    const { verdict, why } = read(how, [{ candidate: steady(random, 200, 200), baseline: noTraffic }])
    expect([verdict, why]).toEqual(['pass', expect.stringContaining('no latency is known from before')])
  })

  it('is small plain data that JSON brings back', () => {
    const random = seededRandom(7)
    const looks = Array.from({ length: 50 }, () => ({
      candidate: steady(random, 30, 200),
      baseline: steady(random, 300, 200),
    }))
    const comparison = compare({ mode: 'concurrent' }, looks)
    const text = JSON.stringify(comparison)
    expect(JSON.parse(text)).toEqual(comparison)
    expect(text.length).toBeLessThan(4_000)
    const reading = readComparison(comparison, { budget: defaultBudget })
    expect(JSON.parse(JSON.stringify(reading))).toEqual(reading)
  })

  it('reads as sentences', () => {
    const counted = (requests: number, errors: number): TrafficCount => ({
      requests,
      errors,
      latency: { 50: requests },
    })
    const { numbers } = read({ mode: 'concurrent' }, [
      ...repeated(18, () => ({ candidate: counted(10, 2), baseline: counted(200, 0) })),
      { candidate: counted(10, 2), baseline: counted(0, 0) },
      { candidate: counted(0, 0), baseline: counted(0, 0) },
    ])
    expect(describeComparison(numbers, { candidate: '1.3.0', baseline: '1.2.0' })).toBe(
      '1.3.0 failed 38 of 190 requests (20.0%), 1.2.0 0 of 3,600 (0.0%): worse by 20.0 points, evidence over a million of 200 needed. Half of its answers began within 117 ms (old: 117 ms), 95% within 117 ms (old: 117 ms); evidence that it is sound over a million of 20 needed.',
    )
  })
})

describe('laws of a comparison', () => {
  const failMore = (looks: Round[], at: number): Round[] =>
    looks.map((round, index) =>
      index === at % Math.max(1, looks.length) && round.candidate.errors < round.candidate.requests
        ? { ...round, candidate: { ...round.candidate, errors: round.candidate.errors + 1 } }
        : round,
    )

  it('law: one more failed request of the candidate never takes a fail back and never brings a pass', () => {
    fc.assert(
      fc.property(start, rounds, fc.nat(11), (how, looks, at) => {
        const first = read(how, looks)
        const then = read(how, failMore(looks, at))
        const allowed = { fail: ['fail'], inconclusive: ['inconclusive', 'fail'], pass: [then.verdict] }
        expect(allowed[first.verdict]).toContain(then.verdict)
        expect(then.numbers.errors.sound.evidence).toBeLessThanOrEqual(first.numbers.errors.sound.evidence)
        expect(then.numbers.errors.worse.evidence).toBeGreaterThanOrEqual(first.numbers.errors.worse.evidence)
      }),
      { numRuns: 300 },
    )
  })

  it('law: rounds too small to be compared count as if they were one', () => {
    const tiny = fc.record({ candidate: fc.nat(1), baseline: fc.nat(3), failed: fc.boolean() })
    fc.assert(
      fc.property(fc.array(tiny, { maxLength: 5 }), (parts) => {
        const looks = parts.map(({ candidate, baseline, failed }) => ({
          candidate: { requests: candidate, errors: failed ? candidate : 0, latency: { 50: candidate } },
          baseline: { requests: baseline, errors: 0, latency: { 48: baseline } },
        }))
        const sum = (pick: (round: Round) => number) => looks.reduce((total, round) => total + pick(round), 0)
        const candidates = sum((round) => round.candidate.requests)
        const baselines = sum((round) => round.baseline.requests)
        const full = { requests: 30, errors: 0, latency: { 48: 30 } }
        const last = { candidate: full, baseline: full }
        const asOne = {
          candidate: {
            requests: candidates + 30,
            errors: sum((round) => round.candidate.errors),
            latency: { 48: 30, 50: candidates },
          },
          baseline: { requests: baselines + 30, errors: 0, latency: { 48: baselines + 30 } },
        }
        const how: ComparisonStart = { mode: 'concurrent' }
        expect(read(how, [...looks, last]).numbers).toEqual(read(how, [asOne]).numbers)
      }),
    )
  })

  it('law: the unit of time does not matter to the ranks: all latencies longer by one factor change no evidence', () => {
    const shifted = (count: TrafficCount, by: number): TrafficCount => ({
      ...count,
      latency: Object.fromEntries(
        Object.entries(count.latency).map(([bucket, number]) => [Number(bucket) + by, number]),
      ),
    })
    fc.assert(
      fc.property(rounds, fc.nat(20), (looks, by) => {
        const moved = looks.map(({ candidate, baseline }) => ({
          candidate: shifted(candidate, by),
          baseline: shifted(baseline, by),
        }))
        expect(read({ mode: 'concurrent' }, moved).numbers.latency.slow).toEqual(
          read({ mode: 'concurrent' }, looks).numbers.latency.slow,
        )
      }),
    )
  })

  it('law: after a switch only the totals count, not how they were cut into rounds', () => {
    const how: ComparisonStart = { mode: 'sequential', before }
    fc.assert(
      fc.property(rounds, (looks) => {
        const forth = read(how, looks)
        expect(read(how, looks.toReversed())).toEqual(forth)
      }),
    )
  })

  it('law: rounds without requests of the candidate prove nothing', () => {
    fc.assert(
      fc.property(start, fc.array(traffic, { maxLength: 8 }), (how, baselines) => {
        const looks = baselines.map((baseline) => ({ candidate: noTraffic, baseline }))
        const { verdict, numbers } = read(how, looks)
        expect([verdict, numbers.errors.worse.evidence, numbers.errors.sound.evidence]).toEqual([
          'inconclusive',
          1,
          1,
        ])
      }),
    )
  })

  it('law: counts that only grow may be read at any two times and compared by what was added', () => {
    fc.assert(
      fc.property(traffic, traffic, (one, more) => {
        const both = compare({ mode: 'sequential', before }, [
          { candidate: one, baseline: noTraffic },
          { candidate: more, baseline: noTraffic },
        ]).candidate
        expect(trafficSince(one, both)).toEqual(more)
      }),
    )
  })
})
