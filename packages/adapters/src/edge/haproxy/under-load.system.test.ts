import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import { type RunningLoad, startLoad } from '@towpath/testkit/load/start-load.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, backup, benchFor, draining, live } from '../contract/bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'
import { type ReleaseChild, startReleaseChild } from '../testing/release-child.ts'

const ratePerSecond = 500

describe('the edge under load', () => {
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

  const start = async (methods: ('GET' | 'POST')[] = ['GET', 'GET', 'GET', 'POST']): Promise<void> => {
    const url = `http://127.0.0.1:${under.port}`
    load = await startLoad({
      targets: methods.map((method) => ({ url: `${url}/`, method })),
      ratePerSecond,
      connections: 64,
      slow: { url: `${url}/?ms=3000`, everyMs: 100 },
    })
  }
  const apply = (wanted: WantedEdge) => bench.edge.apply(bench.spec, wanted)
  const first = () => bench.wanted({ s1: live('1.0.0'), s2: backup('1.1.0') })
  const second = () => bench.wanted({ s1: backup('1.0.0'), s2: live('1.1.0') })

  it('a hundred switches there and back, a drain and a stop cost no request', async () => {
    await bench.edge.ensure(bench.spec, first())
    await start()
    const tookMs: number[] = []
    for (let round = 0; round < 100; round++) {
      tookMs.push((await apply(second())).tookMs, (await apply(first())).tookMs)
      await sleep(20)
    }
    await apply(bench.wanted({ s1: draining('1.0.0'), s2: live('1.1.0') }))
    await bench.until('s1', ({ sessions }) => sessions === 0)
    await apply(bench.wanted({ s2: live('1.1.0') }))
    await releases.s1.kill()
    await sleep(500)
    const report = await load.stop()
    const statuses = [await bench.slot('s1'), await bench.slot('s2')]
    say('switches', report, { switchMs: median(tookMs) })
    expect(report).toMatchObject({ failed: 0, dropped: 0, inFlight: 0 })
    const counted = statuses.reduce((sum, { requests }) => sum + requests, 0)
    expect(counted).toBe(report.sent)
  })

  it('when the live release is killed, the backup answers every safe request with no controller', async () => {
    await bench.edge.ensure(bench.spec, second())
    await start(['GET'])
    await sleep(3_500)
    await releases.s2.kill()
    await sleep(3_500)
    const report = await load.stop()
    const statuses = [await bench.slot('s1'), await bench.slot('s2')]
    say('death with a backup', report)
    expect(report).toMatchObject({ failed: 0, dropped: 0, inFlight: 0 })
    expect(report.byRelease['1.0.0']?.ok).toBeGreaterThan(ratePerSecond * 2)
    // What died in flight was handed to two slots, and answered by one.
    expect(statuses.reduce((sum, { answered }) => sum + answered['2xx'], 0)).toBe(report.ok)
  })

  it('when the live release is killed, of unsafe requests only those in flight are lost', async () => {
    await bench.edge.ensure(bench.spec, second())
    await start(['POST'])
    await sleep(1_000)
    await releases.s2.kill()
    await sleep(2_000)
    const report = await load.stop()
    say('death with a backup, unsafe requests', report)
    expect(report.failed + report.dropped).toBeLessThanOrEqual(64)
    expect(report.byRelease['1.0.0']?.ok).toBeGreaterThan(ratePerSecond)
  })

  it('while a live release restarts with nobody standing by, new requests wait for it', async () => {
    await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0') }))
    await start(['GET'])
    await sleep(1_000)
    await releases.s1.kill()
    await sleep(500)
    releases.s1 = await startReleaseChild('1.0.0', under.place('s1'))
    await sleep(4_000)
    const report = await load.stop()
    say('restart without a backup', report)
    // What was in flight dies with the release; the half second of requests after it must not.
    expect(report.failed + report.dropped).toBeLessThan(ratePerSecond / 5)
    expect(report.inFlight).toBe(0)
  })

  it('reloads for another structure cost no request, nor does a switch and a stop right after one', async () => {
    await bench.edge.ensure(bench.spec, first())
    await start()
    for (let round = 1; round <= 5; round++) {
      await sleep(400)
      expect(await apply(withInterval(first(), 200 + round))).toMatchObject({ reloaded: true })
    }
    expect(
      await apply(withInterval(bench.wanted({ s1: draining('1.0.0'), s2: live('1.1.0') }), 205)),
    ).toMatchObject({
      changed: true,
      reloaded: false,
    })
    expect((await bench.until('s1', ({ sessions }) => sessions === 0)).sessions).toBe(0)
    await releases.s1.kill()
    await sleep(500)
    const report = await load.stop()
    say('reloads', report)
    expect(report).toMatchObject({ failed: 0, dropped: 0, inFlight: 0 })
  })
})

const withInterval = (wanted: WantedEdge, intervalMs: number): WantedEdge => ({
  ...wanted,
  services: wanted.services.map((service) => ({ ...service, health: { ...service.health, intervalMs } })),
})

const median = (values: number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0

const say = (what: string, report: LoadReport, more: Record<string, number> = {}): void => {
  const { sent, ok, failed, dropped, slow, longestGap, latencyMs } = report
  console.log(
    what,
    JSON.stringify({ sent, ok, failed, dropped, slow, gapMs: longestGap.ms, latencyMs, ...more }),
  )
  for (const sample of report.samples.slice(0, 5)) console.log('  ', JSON.stringify(sample))
}
