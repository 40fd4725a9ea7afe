import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import { readLockfile } from '@towpath/domain/inventory/lockfile/read-lockfile.ts'
import { describe, expect, it } from 'vitest'
import { historyEventAt, placeOf } from './ledger/history.ts'
import { isLoaded, worstOf } from './machine-load.ts'
import { interleave, median, percentile } from './measure.ts'
import { measureSafely } from './measure-safely.ts'
import { exitCodeOf, reportOf } from './report.ts'
import { beside, limited, notMeasured, notOffered } from './row.ts'
import { lossRow, streamRows } from './rows/under-load.ts'
import { costOf, cpuOfChildren } from './scene/command-cost.ts'
import { knownCrates, lockText } from './scene/audit-files.ts'
import { haste, lowStrategy } from './scene/low-traffic.ts'
import { renderTable } from './table.ts'

const free = { cores: 2, othersShare: 0.02, spinRatio: 1.01, loadAverage1m: 7 }

describe('numbers', () => {
  it('the median is the middle one, and between two the mean', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 2, 100])).toBe(3)
    expect(median([])).toBeNaN()
  })

  it('a percentile is a value that was measured', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect([0.5, 0.95, 1].map((share) => percentile(hundred, share))).toEqual([50, 95, 100])
    expect(percentile([7], 0.95)).toBe(7)
  })

  it('contenders take turns, and none always follows the same one', async () => {
    const order: string[] = []
    const contender = (name: string) => async () => order.push(name)
    const values = await interleave({ a: contender('a'), b: contender('b') }, 3)
    expect(order.join('')).toBe('abbaab')
    expect(values).toEqual({ a: [1, 4, 5], b: [2, 3, 6] })
  })
})

describe('a row', () => {
  it('holds up to its limit and not beyond', () => {
    expect(limited('r', { value: 2, unit: 'x', limit: 2 }).ok).toBe(true)
    expect(limited('r', { value: 2.001, unit: 'x', limit: 2 }).ok).toBe(false)
    expect(limited('r', { value: 1, unit: '', limit: 0 }).ok).toBe(false)
  })

  it('that could not be measured is null and never ok', () => {
    expect(limited('r', { value: Number.NaN, unit: 'x', limit: 2 })).toMatchObject({ value: null, ok: false })
    expect(notMeasured('r')).toMatchObject({ value: null, ok: false })
  })

  it('that stands beside others is always ok and keeps three digits', () => {
    expect(beside('r', 123_456.7, 'ms')).toMatchObject({ value: 123_457, limit: null, ok: true })
    expect(beside('r', 0.123_456, 'ms').value).toBe(0.123)
  })
})

describe('what a load lost', () => {
  const nothing = { failed: 0, dropped: 0, unsent: 0, slow: { sent: 12 }, streams: [] }
  const seen = (given: object): LoadReport => ({ ...nothing, ...given }) as unknown as LoadReport

  it('is zero only where the release answered and long requests were under way', () => {
    expect(lossRow('r', seen({}), true)).toMatchObject({ value: 0, ok: true })
    expect(lossRow('r', seen({}), false)).toMatchObject({ value: null, ok: false })
    expect(lossRow('r', seen({ slow: { sent: 0 } }), true)).toMatchObject({ value: null, ok: false })
  })

  it('is unknown where the machine could not offer the load, and a loss seen all the same is a loss', () => {
    expect(lossRow('r', seen({ unsent: 3 }), true)).toEqual(notOffered('r'))
    expect(notOffered('r')).toMatchObject({ name: 'r: could not be offered', value: null, ok: false })
    expect(lossRow('r', seen({ unsent: 3, dropped: 2 }), true)).toMatchObject({ value: 2, ok: false })
  })

  it('of streams is no more than a cut each, and where one each is promised no less', () => {
    const cut = (cuts: number, cutsPerStreamMax: number) =>
      streamRows('r', seen({ streams: [{ open: 20, cuts, cutsPerStreamMax, reconnectFailed: 0 }] }), 1)[0]
    expect(cut(20, 1)).toMatchObject({ value: 1, ok: true })
    expect(cut(21, 2)).toMatchObject({ value: 2, ok: false })
    expect(cut(19, 1)).toMatchObject({ value: null, ok: false })
  })
})

it('low traffic divides the times of a strategy by what it multiplies the requests with', () => {
  expect([haste(1), haste(5), haste(30)]).toEqual([30, 6, 1])
  expect(lowStrategy('canary', 1)).toMatchObject({
    bake: '2000ms',
    services: { frontend: { at_least: '2000ms', at_most: '60000ms' } },
  })
  expect(lowStrategy('handoff', 30)).toMatchObject({ bake: '60000ms' })
})

describe('the report', () => {
  const rows = [limited('deploy', { value: 1.4, unit: 'x', limit: 2 }), beside('floor', 900, 'ms')]

  it('is rows and whether the machine was loaded, with exactly the fields that scripts read', () => {
    expect(JSON.parse(JSON.stringify(reportOf(rows, free)))).toEqual({
      rows: [
        { name: 'deploy', value: 1.4, unit: 'x', limit: 2, ok: true },
        { name: 'floor', value: 900, unit: 'ms', limit: null, ok: true },
      ],
      loadedMachine: false,
      machine: free,
    })
  })

  it('fails the run when one row is not ok', () => {
    expect(exitCodeOf(rows)).toBe(0)
    expect(exitCodeOf([...rows, notMeasured('edge')])).toBe(1)
  })

  it('calls the machine loaded for the worst look, not for a load that is over', () => {
    expect(isLoaded(worstOf([free, free]))).toBe(false)
    expect(isLoaded(worstOf([free, { ...free, othersShare: 0.5 }]))).toBe(true)
    expect(isLoaded(worstOf([{ ...free, spinRatio: 1.5 }, free]))).toBe(true)
  })

  it('goes on after a part that broke off, and says so', async () => {
    const said: string[] = []
    const broken = await measureSafely(
      'edge switch',
      () => Promise.reject(new Error('no haproxy')),
      (line) => said.push(line),
    )
    expect(broken).toEqual([notMeasured('edge switch')])
    expect(said.join()).toContain('no haproxy')
  })
})

describe('what a command costs', () => {
  it('is what its children used, as dash and bash say it', () => {
    expect(cpuOfChildren('0m0.010000s 0m0.000000s\n1m2.500000s 0m0.250000s\n')).toBe(62.75)
    expect(cpuOfChildren('0m0.010s 0m0.000s\n0m2.500s 0m0.250s\n')).toBe(2.75)
    expect(() => cpuOfChildren('')).toThrow('times said')
  })

  it('counts what was started below it, and knows the memory of Node alone', async () => {
    const idle = await costOf([process.execPath, '-e', 'globalThis.held = Buffer.alloc(100 * 1024 ** 2, 1)'])
    expect(idle.peakMb).toBeGreaterThan(100)
    expect(idle.cpuSeconds).toBeGreaterThan(0)
    expect((await costOf(['true'])).peakMb).toBeNaN()
    await expect(costOf(['false'])).rejects.toThrow('Command failed')
  })
})

it('the table lines its columns up and names what failed', () => {
  const table = renderTable([
    limited('deploy, over the floor', { value: 1.4, unit: 'x', limit: 2 }),
    limited('lost', { value: 1_234, unit: '', limit: 0 }),
    beside('sent', 24_000, ''),
    notMeasured('edge'),
  ])
  expect(`\n${table}\n`).toBe(`
                               value  limit
deploy, over the floor         1.4 x   <= 2  ok
lost                           1,234   <= 0  FAIL
sent                          24,000
edge                    not measured         FAIL
`)
})

it('a lock of the benchmark is 600 crates that all hang together, some of which advisories know', async () => {
  const known = knownCrates()
  const read = async (seed: number) => readLockfile({ path: 'Cargo.lock', text: lockText(known, seed) })
  const [one, other] = [await read(1), await read(2)]
  if (!one.ok || !other.ok) throw new Error('a lock cannot be read')
  const { components, gaps } = one.inventory
  expect([components.length, gaps]).toEqual([599, []])
  expect(components.every(({ path }) => path[0] === 'app 0.1.0' && path.length < 9)).toBe(true)
  expect(components.filter(({ name }) => known.includes(name))).toHaveLength(30)
  expect(other.inventory.components).not.toEqual(components)
})

it('the seeded history tells each deployment from request to end, first in staging', () => {
  const events = Array.from({ length: 32 }, (_, index) => historyEventAt(index + 1))
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1))
  expect(new Set(events.map(({ idem }) => idem)).size).toBe(32)
  expect([placeOf(1), placeOf(32)].map(({ environment }) => environment)).toEqual(['staging', 'production'])
  expect(events.filter(({ type }) => type === 'deployment.finished').map(({ release }) => release)).toEqual([
    '1.0.0',
    '1.0.0',
  ])
})
