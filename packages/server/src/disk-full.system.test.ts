import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { requestRelease } from '@towpath/testkit/faults/release-request.ts'
import { moveDatabase } from '@towpath/testkit/faults/small-database.ts'
import type { SmallDisk } from '@towpath/testkit/faults/small-disk.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { mayStartSecondEngine, startSecondEngine } from '@towpath/testkit/second-engine.ts'
import type { SecondEngine } from '@towpath/testkit/second-engine.ts'
import { hostScene, loadHosted } from '@towpath/testkit/second-engine/scene.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Disks that are really full, under load. Tests run in order; each leaves production live. */
const ratePerSecond = 100
/** Room for the example's images twice. */
const engineDiskMiB = 320
/** Room for an empty database and a few segments of its log. */
const databaseDiskMiB = 200
const fullMs = 2_000

let engine: SecondEngine
let engineDisk: SmallDisk
let databaseDisk: SmallDisk | null = null
let scene: ExampleScene
let production: SceneDriver
let good: ExampleImages
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  if (!mayStartSecondEngine) return
  engine = await startSecondEngine({ liveRestore: true, diskMiB: engineDiskMiB })
  if (engine.disk === null) throw new Error('the second engine has no disk of its own')
  engineDisk = engine.disk
  scene = await setScene({ strategy: { drain: '1s', bake: '1s', warm: '10m' } })
  production = driveScene(scene)
  await hostScene(scene, engine)
  await editConfig(scene, [{ path: ['defaults', 'host', 'disk_free'], value: '1MiB' }])
  good = await scene.build({ version: '1.0.0' })
  await production.deploy(next(), good)
}, 120_000)

afterAll(async () => {
  await scene?.server.stop()
  await databaseDisk?.close()
  await scene?.close()
  await engine?.close()
})

/** Asks for a deployment that `spoil` gets in the way of, and expects that nobody notices but who asked. */
async function refusedUnnoticed(
  images: ExampleImages,
  spoil: (deployment: Deployment) => Promise<void>,
): Promise<Deployment> {
  const before = await production.state()
  const load = await loadHosted(scene, engine, ratePerSecond)
  const asked = await production.request(next(), images)
  await spoil(asked)
  const deployment = await production.finished(asked.id)
  expect(deployment.finished?.outcome).toBe('refused')
  expect(await production.state()).toMatchObject({ active: null, live: before.live })
  expect(await lossesOf(load)).toEqual(noLoss)
  return deployment
}

describe.runIf(mayStartSecondEngine)('a host whose disk is full', () => {
  it('before images are pulled: the gates say so, and traffic is untouched', async () => {
    const images = await scene.build({ version: '2.0.0' })
    await engineDisk.fill()
    const { gates } = await refusedUnnoticed(images, async () => {})
    const answers = new Map(gates?.results.map((result) => [result.gate, result]))
    expect(answers.get('images-on-host')).toMatchObject({ answer: 'fail' })
    expect(answers.get('images-on-host')?.why).toContain('no space left on device')
    expect(answers.get('disk-room')).toMatchObject({ answer: 'fail' })
    await engineDisk.makeRoom()
  })

  it('before a candidate starts: the failure names the disk, and traffic is untouched', async () => {
    const { failure } = await refusedUnnoticed(good, async ({ id }) => {
      await production.reached(id, 'evaluate-gates')
      await engineDisk.fill()
    })
    expect(failure).toMatchObject({ code: 'DISK_FULL' })
    expect(failure?.message).toContain('no space left on device')
    await engineDisk.makeRoom()
  })

  it('takes releases again once there is room', async () => {
    const load = await loadHosted(scene, engine, ratePerSecond)
    expect((await production.deploy(next(), good)).finished?.outcome).toBe('live')
    expect(await lossesOf(load)).toEqual(noLoss)
  })
})

describe.runIf(mayStartSecondEngine)('a state database whose disk is full', () => {
  it('refuses to write, says why, and goes on with the deployment once there is room', async () => {
    databaseDisk = await moveDatabase(scene, databaseDiskMiB)
    const load = await loadHosted(scene, engine, ratePerSecond)
    const { id } = await production.request(next(), good)
    await production.reached(id, 'switch-traffic')
    await databaseDisk.fill()
    const { accepted, refused, problem } = await releaseUntilRefused()
    expect(problem).toMatchObject({ code: 'DATABASE_FULL', retryable: true })
    expect(problem['hint']).toContain('Free disk space')
    await sleep(fullMs)
    // Its watch is long over, but nobody could write that down, so nothing that comes after it may begin.
    expect(await production.deployment(id)).toMatchObject({ finished: null, failure: null })
    await databaseDisk.makeRoom()
    expect((await production.finished(id)).finished?.outcome).toBe('live')
    for (const version of accepted)
      expect(await scene.server.get(`/v1/releases/${version}`)).toMatchObject({ version })
    // It can be made now, so nothing was kept of it then.
    expect((await production.deploy(refused, good)).finished?.outcome).toBe('live')
    expect(await lossesOf(load)).toEqual(noLoss)
    expect(await scene.server.post('/v1/ledger/verify', {})).toMatchObject({ ok: true })
  })
})

/** Each holds files, and so takes room. */
async function releaseUntilRefused(): Promise<{
  accepted: string[]
  refused: string
  problem: Record<string, unknown>
}> {
  const accepted: string[] = []
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const version = next()
    const { status, body } = await requestRelease(scene, { version, images: good })
    if (status !== 201) return { accepted, refused: version, problem: body }
    accepted.push(version)
  }
  throw new Error('a full disk took a hundred releases')
}
