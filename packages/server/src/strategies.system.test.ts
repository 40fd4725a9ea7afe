import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import type { RunningLoad } from '@towpath/testkit/load/start-load.ts'
import { domainOf, driveScene } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const perSecond = 200
const streams = { sse: 4, websocket: 3 } as const

/** Mostly the frontend, which is what goes by canary; streams to the backend, which is handed off. */
function trafficOn(scene: ExampleScene): Promise<RunningLoad> {
  const site = `http://127.0.0.1:${scene.project.httpPorts['production'] ?? 0}`
  const host = domainOf('production')
  return startLoad({
    targets: [
      { url: `${site}/api/items`, host, weight: 1 },
      { url: `${site}/`, host, weight: 3 },
    ],
    slow: { url: `${site}/api/slow?ms=1000`, host, everyMs: 500 },
    ratePerSecond: perSecond,
    connections: 32,
    streams: [
      { url: `${site}/api/events`, host, kind: 'sse', count: streams.sse },
      { url: `${site}/api/socket`, host, kind: 'websocket', count: streams.websocket },
    ],
  })
}

/** What a load lost, other than by what this release itself answered. */
const lossesBut = ({ byRelease, failed, dropped }: LoadReport, release: string) => {
  const own = byRelease[release]
  return { failed: failed - (own?.failed ?? 0), dropped: dropped - (own?.dropped ?? 0) }
}
const nothing = { failed: 0, dropped: 0 }

const verdictsOf = ({ verdicts }: Deployment): Record<string, string> =>
  Object.fromEntries(Object.entries(verdicts).map(([step, { verdict }]) => [step, verdict]))

describe('a backend by handoff and a frontend by canary', () => {
  let scene: ExampleScene
  let production: SceneDriver
  let good: ExampleImages
  let load: RunningLoad | undefined

  beforeAll(async () => {
    scene = await setScene({
      strategy: {
        ...{ drain: '2s', bake: '2s', warm: '10m' },
        services: {
          backend: { type: 'handoff', cut: '1500ms' },
          frontend: {
            ...{ type: 'canary', weights: ['5%', '25%', '50%'], cohort: true },
            ...{ at_least: '500ms', at_most: '90s' },
          },
        },
      },
    })
    production = driveScene(scene)
    good = await scene.build({ version: '1.0.0' })
    await production.deploy('1.0.0', good)
  })
  afterEach(async () => {
    await load?.abandon()
  })
  afterAll(() => scene.close())

  it('goes weight by weight, cuts each stream once and loses nothing', async () => {
    load = await trafficOn(scene)
    const deployment = await production.deploy('1.1.0', good)
    expect(deployment.finished).toMatchObject({ outcome: 'live' })
    expect(Object.keys(deployment.done)).toEqual(
      expect.arrayContaining(['switch-traffic:backend', 'cut-streams:backend', 'switch-traffic:frontend']),
    )
    expect(verdictsOf(deployment)).toMatchObject({
      'judge-trial:frontend:500': 'pass',
      'judge-trial:frontend:2500': 'pass',
      'judge-trial:frontend:5000': 'pass',
    })
    const report = await load.stop()
    expect(lossesBut(report, '')).toEqual(nothing)
    expect(
      report.streams.map(({ cuts, cutsPerStreamMax, reconnectFailed }) => [
        cuts,
        cutsPerStreamMax,
        reconnectFailed,
      ]),
    ).toEqual(Object.values(streams).map((count) => [count, 1, 0]))
  })

  it.each([
    ['errors', 'errors:0.2', 'more errors'],
    ['latency', 'slow:150', 'slower answers'],
  ] as const)(
    'takes a release back that is worse by %s while it is healthy',
    async (_what, behaviour, said) => {
      load = await trafficOn(scene)
      const before = (await production.state()).live?.release ?? ''
      const version = behaviour === 'slow:150' ? '1.3.0' : '1.2.0'
      const bad = await scene.build({ version, frontendBehaviour: behaviour })
      const deployment = await production.deploy(version, bad)
      expect(deployment.finished).toMatchObject({ outcome: 'rolled-back' })
      expect(deployment.finished?.reason).toContain(said)
      const [failed] = Object.values(deployment.verdicts).filter(({ verdict }) => verdict === 'fail')
      expect(failed).toMatchObject({
        perMyriad: 500,
        services: [expect.objectContaining({ against: before }), {}],
      })
      const report = await load.stop()
      expect(lossesBut(report, version)).toEqual(nothing)
      // Most clients never met it: it had a twentieth of them for as long as it took to know.
      expect(report.byRelease[version]?.failed ?? 0).toBeLessThan(report.sent / 50)
      expect((await production.state()).live?.release).toBe(before)
      expect(await production.liveSlots()).toMatchObject({
        backend: [expect.any(String)],
        frontend: [expect.any(String)],
      })
    },
  )

  it('asks itself where nobody else does: requests of our own decide, and no person has to', async () => {
    const deployment = await production.deploy('1.4.0', good)
    expect(deployment.finished).toMatchObject({ outcome: 'live' })
    expect(verdictsOf(deployment)).toMatchObject({
      'judge-trial:frontend:500': 'inconclusive',
      'judge-trial:frontend:500:probed': 'pass',
    })
  }, 400_000)

  it('goes back by handoff as well, each stream cut once more', async () => {
    load = await trafficOn(scene)
    const back = await production.finished((await production.rollback()).id)
    expect(back.finished).toMatchObject({ outcome: 'live' })
    const report = await load.stop()
    expect(lossesBut(report, '')).toEqual(nothing)
    expect(report.streams.map(({ cutsPerStreamMax }) => cutsPerStreamMax)).toEqual([1, 1])
  })
})

describe('a backend whose instances must not overlap', () => {
  let scene: ExampleScene
  let production: SceneDriver
  let good: ExampleImages
  let load: RunningLoad | undefined

  beforeAll(async () => {
    scene = await setScene({
      strategy: { ...{ drain: '2s', bake: '1s', warm: '10m' }, services: { backend: 'recreate-hold' } },
    })
    production = driveScene(scene)
    good = await scene.build({ version: '1.0.0' })
    await production.deploy('1.0.0', good)
    await production.deploy('1.1.0', good)
  })
  afterEach(async () => {
    await load?.abandon()
  })
  afterAll(() => scene.close())

  it('waits at the edge while one stops and the other starts, and loses nothing', async () => {
    load = await trafficOn(scene)
    const deployment = await production.deploy('1.2.0', good)
    expect(deployment.finished).toMatchObject({ outcome: 'live' })
    const back = await production.finished((await production.rollback()).id)
    expect(back.finished).toMatchObject({ outcome: 'live' })
    expect(lossesBut(await load.stop(), '')).toEqual(nothing)
  })

  it('has its old instance again where the new one never gets healthy', async () => {
    load = await trafficOn(scene)
    const bad = await scene.build({ version: '1.3.0', behaviour: 'exits-at-start' })
    const deployment = await production.deploy('1.3.0', bad)
    expect(deployment.finished).toMatchObject({ outcome: 'rolled-back' })
    expect(lossesBut(await load.stop(), '1.3.0')).toEqual(nothing)
  })
})
