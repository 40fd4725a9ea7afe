import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { crashVariable } from '@towpath/testkit/crash/crash-point.ts'
import type { CrashPoint } from '@towpath/testkit/crash/crash-point.ts'
import type { Behaviour } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import type { RunningLoad } from '@towpath/testkit/load/start-load.ts'
import { domainOf, driveScene } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { until } from '@towpath/testkit/wait.ts'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const crashing = join(import.meta.dirname, '../../testkit/src/crash/crashing-server.ts')
const upgraded = join(import.meta.dirname, '../../testkit/src/crash/upgraded-server.ts')

const host = domainOf('production')

/** A candidate has half of the traffic, and nobody is there to judge it. */
describe('a canary whose controller', () => {
  let scene: ExampleScene
  let production: SceneDriver
  let load: RunningLoad | undefined
  let version = 0

  beforeAll(async () => {
    scene = await setScene({
      strategy: {
        ...{ drain: '2s', bake: '1s', warm: '10m' },
        services: {
          frontend: { type: 'canary', weights: ['50%', '75%'], at_least: '500ms', at_most: '60s' },
        },
      },
    })
    production = driveScene(scene)
    await production.deploy('1.0.0', await scene.build({ version: '1.0.0' }))
  })
  afterEach(async () => {
    await load?.abandon()
  })
  afterAll(() => scene.close())

  /** Starts over with a controller that stops or dies right after it gave the candidate its first share. */
  async function untilShared(
    kill: CrashPoint['kill'],
    frontendBehaviour: Behaviour = 'good',
  ): Promise<Deployment> {
    const point: CrashPoint = { step: 'shift-traffic:frontend:5000', moment: 'recorded', kill }
    await scene.server.stop()
    await scene.startServer({ entry: crashing, env: { [crashVariable]: JSON.stringify(point) } })
    version += 1
    const release = `1.${version}.0`
    const images = await scene.build({ version: release, frontendBehaviour })
    load = await startLoad({
      targets: [{ url: `http://127.0.0.1:${scene.project.httpPorts['production'] ?? 0}/`, host }],
      ...{ ratePerSecond: 150, connections: 16 },
    })
    const deployment = await production.request(release, images)
    await until(async () => ((await answersOf(deployment.release)) > 0 ? true : null), {
      ...{ withinMs: 60_000, everyMs: 50 },
      what: 'the candidate to answer somebody',
    })
    return deployment
  }

  async function answersOf(release: string): Promise<number> {
    const { ok = 0, failed = 0 } = (await load?.snapshot())?.byRelease[release] ?? {}
    return ok + failed
  }

  const wake = (): void => {
    process.kill(scene.server.pid, 'SIGCONT')
  }

  it('sleeps gives its share back by itself when the lease is over, and goes on where it was when it wakes', async () => {
    const deployment = await untilShared('pause')
    await sleep(16_500)
    const left = await answersOf(deployment.release)
    await sleep(2_000)
    expect(await answersOf(deployment.release)).toBe(left)
    wake()
    const { finished } = await production.finished(deployment.id)
    expect(finished).toMatchObject({ outcome: 'live' })
    const report = await load?.stop()
    expect(report).toMatchObject({ failed: 0, dropped: 0 })
    expect(report?.byRelease[deployment.release]?.ok).toBeGreaterThan(left)
  })

  it('sleeps while every answer is an error loses its share within some answers, and takes it back when it wakes', async () => {
    const deployment = await untilShared('pause', 'errors:1')
    await sleep(3_000)
    const met = await answersOf(deployment.release)
    // Ten in a row blow the fuse; what is in flight then and the first probe may let some more through.
    expect(met).toBeLessThan(40)
    await sleep(2_000)
    expect(await answersOf(deployment.release)).toBe(met)
    wake()
    const { finished } = await production.finished(deployment.id)
    expect(finished).toMatchObject({ outcome: 'rolled-back' })
    const report = await load?.stop()
    expect(report?.dropped).toBe(0)
    expect(report?.failed).toBe(report?.byRelease[deployment.release]?.failed)
  })

  it('dies and comes back as a newer version goes on by the newer rules', async () => {
    const deployment = await untilShared('server')
    await scene.server.gone
    await scene.startServer({ entry: upgraded })
    const { finished, done } = await production.finished(deployment.id)
    expect(finished).toMatchObject({ outcome: 'live' })
    expect(Object.keys(done)).toEqual(
      expect.arrayContaining(['run-smoke-checks:frontend:5000', 'run-smoke-checks:frontend:7500']),
    )
    expect(await load?.stop()).toMatchObject({ failed: 0, dropped: 0 })
  })
})
