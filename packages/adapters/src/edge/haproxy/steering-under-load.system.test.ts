import type { Trial, WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { type TrafficCount, addTraffic, noTraffic } from '@towpath/domain/signal/traffic.ts'
import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import { type RunningLoad, startLoad } from '@towpath/testkit/load/start-load.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Bench,
  SERVICE,
  backup,
  benchFor,
  candidate,
  draining,
  inMs,
  live,
  steered,
} from '../contract/bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'
import { type ReleaseChild, startReleaseChild } from '../testing/release-child.ts'

const ratePerSecond = 500

describe('trials and holds under load', () => {
  let under: ProcessEdge
  let bench: Bench
  let releases: Record<'s1' | 's2', ReleaseChild>
  let load: RunningLoad

  beforeEach(async () => {
    under = await openProcessEdge(freePort)
    bench = benchFor(under)
    releases = {
      s1: await startReleaseChild('1.0.0', under.place('s1')),
      s2: await startReleaseChild('1.1.0', under.place('s2')),
    }
  })
  afterEach(async () => {
    await load.abandon()
    await under.close()
    await releases.s1.kill()
    await releases.s2.kill()
  })

  const start = async (): Promise<void> => {
    const url = `http://127.0.0.1:${under.port}`
    load = await startLoad({
      targets: [
        { url: `${url}/`, method: 'GET', weight: 3 },
        { url: `${url}/`, method: 'POST', body: 'something' },
      ],
      ratePerSecond,
      connections: 64,
      slow: { url: `${url}/?ms=1500`, everyMs: 100 },
    })
  }
  const apply = (wanted: WantedEdge) => bench.edge.apply(bench.spec, wanted)
  const renew = (ms = 60_000) => bench.edge.renew(bench.spec, { service: SERVICE, until: inMs(ms) })
  const seated = () => bench.wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') })
  const trial = (perMyriad: number): Trial => ({ slot: 's2', perMyriad, salt: 123 })
  const tried = (perMyriad: number) => steered(seated(), { trial: trial(perMyriad) })
  const requestsOf = async (slot: string): Promise<number> => (await bench.slot(slot)).requests
  const begin = async (): Promise<void> => {
    await bench.edge.ensure(bench.spec, seated())
    await bench.until('s2', ({ health }) => health === 'up')
    await start()
  }

  it('a trial over four shares, promoted, costs no request, and each share is what was asked', async () => {
    await begin()
    for (const perMyriad of [500, 2_500, 5_000, 10_000]) {
      await apply(tried(perMyriad))
      await renew()
      const before = { s1: await requestsOf('s1'), s2: await requestsOf('s2') }
      await sleep(2_000)
      const drawn = (await requestsOf('s2')) - before.s2
      const all = drawn + (await requestsOf('s1')) - before.s1
      const share = perMyriad / 10_000
      const sigma = Math.sqrt(all * share * (1 - share))
      console.log(
        'share',
        JSON.stringify({ share, all, drawn, sigmas: (drawn - all * share) / (sigma || 1) }),
      )
      // Four sigma, because chance must not fail a test; five, for what was on its way while the two were read.
      expect(Math.abs(drawn - all * share)).toBeLessThan(4 * sigma + 5)
    }
    await apply(bench.wanted({ s1: backup('1.0.0'), s2: live('1.1.0') }))
    await sleep(500)
    await apply(bench.wanted({ s1: draining('1.0.0'), s2: live('1.1.0') }))
    await bench.until('s1', ({ sessions }) => sessions === 0)
    await apply(bench.wanted({ s2: live('1.1.0') }))
    await releases.s1.kill()
    await sleep(500)
    const report = await load.stop()
    say('trial', report)
    expect(report).toMatchObject({ failed: 0, dropped: 0, inFlight: 0 })
    const traffic = await bench.edge.traffic(bench.spec)
    const total = traffic.reduce<TrafficCount>(addTraffic, noTraffic)
    expect(total).toMatchObject({ requests: report.sent, errors: 0 })
    const inBuckets = Object.values(total.latency).reduce((sum, count) => sum + count, 0)
    expect(inBuckets).toBe(report.sent)
  })

  it('a lease that nobody renews gives all traffic back without a loss, and so does an end', async () => {
    await begin()
    await apply(tried(5_000))
    await renew(1_500)
    await sleep(2_000)
    const atEnd = await requestsOf('s2')
    await sleep(500)
    expect(await requestsOf('s2')).toBe(atEnd)
    await renew()
    await sleep(500)
    expect(await requestsOf('s2')).toBeGreaterThan(atEnd)
    await apply(bench.wanted({ s1: live('1.0.0'), s2: draining('1.1.0') }))
    await bench.until('s2', ({ sessions }) => sessions === 0)
    await apply(bench.wanted({ s1: live('1.0.0') }))
    await releases.s2.kill()
    await sleep(300)
    const report = await load.stop()
    say('lease', report)
    expect(report).toMatchObject({ failed: 0, dropped: 0, inFlight: 0 })
    expect(report.byRelease['1.1.0']?.ok).toBeGreaterThan(ratePerSecond / 4)
  })

  it('requests wait out a change of release that leaves nobody, and none is lost', async () => {
    await releases.s2.kill()
    await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0') }))
    await start()
    await sleep(1_000)
    const heldAt = performance.now()
    await apply(steered(bench.wanted({ s1: draining('1.0.0') }), { held: true }))
    await bench.until('s1', ({ sessions }) => sessions === 0)
    await releases.s1.kill()
    await sleep(2_000)
    releases.s2 = await startReleaseChild('1.1.0', under.place('s2'))
    await apply(steered(seated(), { held: true }))
    await bench.until('s2', ({ health }) => health === 'up')
    await apply(bench.wanted({ s2: live('1.1.0') }))
    const heldMs = performance.now() - heldAt
    await sleep(1_000)
    const report = await load.stop()
    say('hold', report, { heldMs })
    expect(report).toMatchObject({ failed: 0, dropped: 0, inFlight: 0 })
    expect(report.latencyMs.max).toBeLessThan(heldMs + 500)
  })

  it('a hold that begins with a reload holds connections of before, too', async () => {
    await releases.s2.kill()
    await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0') }))
    await start()
    await sleep(1_000)
    const held = steered(bench.wanted({ s1: draining('1.0.0'), s2: candidate('1.1.0') }), {
      held: true,
      cohort: true,
    })
    expect(await apply(held)).toMatchObject({ reloaded: true })
    await bench.until('s1', ({ sessions }) => sessions === 0)
    await releases.s1.kill()
    await sleep(1_000)
    releases.s2 = await startReleaseChild('1.1.0', under.place('s2'))
    await bench.until('s2', ({ health }) => health === 'up')
    expect(await apply(steered(bench.wanted({ s2: live('1.1.0') }), { cohort: true }))).toMatchObject({
      reloaded: false,
    })
    await sleep(1_000)
    const report = await load.stop()
    say('hold with a reload', report)
    expect(report).toMatchObject({ failed: 0, dropped: 0, inFlight: 0 })
  })

  it('a candidate that dies on trial loses no more than what it had', async () => {
    await begin()
    await apply(tried(5_000))
    await renew()
    await sleep(1_000)
    await releases.s2.kill()
    await sleep(1_500)
    const report = await load.stop()
    say('death on trial', report)
    expect((await bench.slot('s2')).trial?.fuse).toBe('blown')
    // Unsafe requests in flight, and slow ones whose answer no other release may give twice.
    expect(report.failed + report.dropped).toBeLessThanOrEqual(64)
  })
})

const say = (what: string, report: LoadReport, more: Record<string, number> = {}): void => {
  const { sent, ok, failed, dropped, slow, longestGap, latencyMs } = report
  console.log(
    what,
    JSON.stringify({ sent, ok, failed, dropped, slow, gapMs: longestGap.ms, latencyMs, ...more }),
  )
  for (const sample of report.samples.slice(0, 5)) console.log('  ', JSON.stringify(sample))
}
