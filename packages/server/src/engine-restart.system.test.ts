import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { migrationRuns } from '@towpath/testkit/faults/migration-runs.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { mayStartSecondEngine, startSecondEngine } from '@towpath/testkit/second-engine.ts'
import type { SecondEngine } from '@towpath/testkit/second-engine.ts'
import { expectOneLive as oneLive } from '@towpath/testkit/second-engine/one-live.ts'
import { hostScene, loadHosted, nginxOf } from '@towpath/testkit/second-engine/scene.ts'
import { until } from '@towpath/testkit/wait.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A Docker Engine that is really stopped, killed and started in mid-deploy. Tests run in order. */
const ratePerSecond = 100
const downMs = 1_500

let engine: SecondEngine
let scene: ExampleScene
let production: SceneDriver
let good: ExampleImages
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  if (!mayStartSecondEngine) return
  engine = await startSecondEngine({ liveRestore: true })
  scene = await setScene({ strategy: { drain: '1s', bake: '1s', warm: '10m' }, reconcileMs: 1_000 })
  production = driveScene(scene)
  await hostScene(scene, engine)
  good = await scene.build({ version: '1.0.0' })
  await production.deploy(next(), good)
}, 120_000)

afterAll(async () => {
  await scene?.close()
  await engine?.close()
})

/** Down for a while. The deployment goes on meanwhile as far as it gets without an engine. */
async function restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await engine.end(signal)
  await sleep(downMs)
  await engine.start()
}

const expectOneLive = (release: string): Promise<void> => oneLive(production, engine, release)

/** Within a few rounds of standing work. */
async function settled(release: string): Promise<void> {
  const look = (): Promise<true> => expectOneLive(release).then(() => true)
  await until(look, { withinMs: 20_000, what: `${release} to run alone` })
}

/** For a second. */
async function answersEveryRequest(): Promise<boolean> {
  const load = await loadHosted(scene, engine, ratePerSecond)
  await sleep(1_000)
  const { failed, dropped } = await lossesOf(load)
  return failed + dropped === 0
}

const migrations = async ({ id }: Deployment): Promise<number> =>
  await migrationRuns(await scene.postgres.ensureDatabase('refactor'), id)

describe.runIf(mayStartSecondEngine)('an engine restarted in mid-deploy', () => {
  const cases = [
    ['SIGTERM', 'prepare-host'],
    ['SIGKILL', 'run-job:migrator'],
    ['SIGKILL', 'switch-traffic'],
  ] as const

  it.each(cases)('by %s after %s, containers living on, loses no request', async (signal, step) => {
    const load = await loadHosted(scene, engine, ratePerSecond)
    const { id, release } = await production.request(next(), good)
    await production.reached(id, step)
    await restart(signal)
    const deployment = await production.finished(id)
    expect(deployment.finished?.outcome).toBe('live')
    expect(await migrations(deployment)).toBe(1)
    await expectOneLive(release)
    expect(await lossesOf(load)).toEqual(noLoss)
  })
})

describe.runIf(mayStartSecondEngine)('an engine whose containers stop with it', () => {
  beforeAll(async () => {
    if (!mayStartSecondEngine) return
    await engine.end('SIGTERM')
    await engine.start({ liveRestore: false })
    // At a change of this setting Docker ends what lived on, and forgets that it should run.
    await engine.docker.getContainer(nginxOf(scene)).start()
    await settled((await production.state()).live?.release ?? '')
  })

  it.each(['prepare-host', 'switch-traffic'])(
    'after %s comes to one live release that runs',
    async (step) => {
      const before = (await production.state()).live?.release ?? ''
      const { id, release } = await production.request(next(), good)
      await production.reached(id, step)
      await restart('SIGTERM')
      const { finished } = await production.finished(id)
      const expected = finished?.outcome === 'live' ? release : before
      await settled(expected)
      // Docker starts nginx again by itself, with growing pauses while the names it wants are not there yet.
      await until(answersEveryRequest, { withinMs: 30_000, what: 'the site to answer every request' })
      await expectOneLive(expected)
      expect(await production.deployment(id)).toMatchObject({ release, finished })
    },
  )
})
