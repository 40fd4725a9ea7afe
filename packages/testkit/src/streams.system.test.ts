import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { followAppCounts } from './app-counts.ts'
import { connectDocker } from './docker.ts'
import { setScene } from './example-scene.ts'
import type { ExampleScene } from './example-scene.ts'
import { startLoad } from './load/start-load.ts'
import type { RunningLoad } from './load/start-load.ts'
import type { LoadReport } from './load/load-spec.ts'
import { domainOf, driveScene } from './scene-driver.ts'
import type { SceneDriver } from './scene-driver.ts'
import { until } from './wait.ts'

const docker = connectDocker()
const eventStreams = 6
const webSockets = 4

describe('streams through nginx and the edge', () => {
  let scene: ExampleScene
  let production: SceneDriver
  let load: RunningLoad

  beforeAll(async () => {
    scene = await setScene({ strategy: { drain: '1s', bake: '1s', warm: '3s' } })
    production = driveScene(scene)
    await production.deploy('1.0.0', await scene.build({ version: '1.0.0' }))
  })
  afterEach(() => load.abandon())
  afterAll(() => scene.close())

  const start = () => {
    const site = `http://127.0.0.1:${scene.project.httpPorts['production'] ?? 0}`
    const host = domainOf('production')
    return startLoad({
      targets: [
        { url: `${site}/api/items`, host, weight: 3 },
        { url: `${site}/api/items`, host, method: 'POST', body: '{"name":"rudder"}' },
      ],
      slow: { url: `${site}/api/slow?ms=500`, host, everyMs: 200 },
      ratePerSecond: 40,
      connections: 16,
      streams: [
        { url: `${site}/api/events`, host, kind: 'sse', count: eventStreams },
        { url: `${site}/api/socket`, host, kind: 'websocket', count: webSockets },
      ],
    })
  }

  const opened = (report: LoadReport) => report.streams.reduce((sum, streams) => sum + streams.opened, 0)

  const edgeRequests = async () => {
    const { slots } = await scene.server.get<{ slots: SlotStatus[] }>('/v1/environments/production/edge')
    return slots.filter(({ service }) => service === 'backend').reduce((sum, slot) => sum + slot.requests, 0)
  }

  it('stay on the release they were opened to until it is stopped, are cut once then, and come back to the new one', async () => {
    const before = await edgeRequests()
    const apps = followAppCounts({ installation: scene.server.installation, environment: 'production' })
    load = await start()
    await until(async () => opened(await load.snapshot()) === eventStreams + webSockets, {
      withinMs: 20_000,
      what: 'all streams to open',
    })
    const images = await scene.build({ version: '1.1.0' })
    const deployment = await production.deploy('1.1.0', images)
    expect(deployment.finished).toMatchObject({ outcome: 'live' })

    const live = await load.snapshot()
    expect(live.byRelease['1.1.0']?.ok).toBeGreaterThan(0)
    for (const streams of live.streams) {
      expect(streams).toMatchObject({ cuts: 0, reconnectFailed: 0 })
      expect(Object.keys(streams.byRelease)).toEqual(['1.0.0'])
    }

    await until(async () => opened(await load.snapshot()) === 2 * (eventStreams + webSockets), {
      withinMs: 60_000,
      what: 'the older release to leave and its streams to come back',
    })
    const report = await load.stop()
    for (const [nth, count] of [eventStreams, webSockets].entries()) {
      const streams = report.streams[nth]
      expect(streams).toMatchObject({
        open: count,
        cuts: count,
        cutsPerStreamMax: 1,
        reconnectFailed: 0,
        byRelease: { '1.0.0': { opened: count, cuts: count }, '1.1.0': { opened: count, cuts: 0 } },
      })
      // In order, as the app ends them: the edge cut none of them before.
      expect(new Set(streams?.samples.map(({ what, release }) => `${what} ${release}`))).toEqual(
        new Set(['ended 1.0.0']),
      )
      // A word comes each second, so that the longest silence holds the cut, the way back and the first word after.
      expect(streams?.longestSilenceMs).toBeLessThan(5_000)
    }
    expect(report).toMatchObject({ failed: 0, dropped: 0, inFlight: 0, samples: [] })

    const counts = { requests: report.sent, streams: opened(report) }
    await until(() => apps.answered() === counts.requests && apps.streamsOpened() === counts.streams, {
      withinMs: 10_000,
      what: `the apps to count ${JSON.stringify(counts)}`,
    })
    expect((await edgeRequests()) - before).toBe(counts.requests + counts.streams)
    apps.stop()
  })

  it('are broken off when their process is killed, once each, and open again when it is back', async () => {
    load = await start()
    await until(async () => opened(await load.snapshot()) === eventStreams + webSockets, {
      withinMs: 20_000,
      what: 'all streams to open',
    })
    const label = [
      `towpath.installation=${scene.server.installation}`,
      'towpath.role=candidate',
      'towpath.service=backend',
    ]
    const [backend] = await docker.listContainers({ filters: { label } })
    await docker.getContainer(backend?.Id ?? '').kill()
    await until(async () => opened(await load.snapshot()) === 2 * (eventStreams + webSockets), {
      withinMs: 60_000,
      what: 'the backend to be started again and its streams to come back',
    })
    for (const streams of (await load.stop()).streams) {
      expect(streams).toMatchObject({ cuts: streams.open, cutsPerStreamMax: 1 })
      const cuts = streams.samples.filter(({ what }) => what !== 'not-opened')
      expect(cuts.map(({ what }) => what)).toEqual(cuts.map(() => 'reset'))
      expect(cuts).toHaveLength(streams.open)
    }
  })
})
