import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { connectDocker } from '@towpath/testkit/docker.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { migrationRuns } from '@towpath/testkit/faults/migration-runs.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { startSocketProxy } from '@towpath/testkit/faults/socket-proxy.ts'
import type { SocketProxy } from '@towpath/testkit/faults/socket-proxy.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { dockerSocket } from '@towpath/testkit/setup/engine.ts'
import { until } from '@towpath/testkit/wait.ts'
import type Docker from 'dockerode'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** An engine whose line breaks, and apps that end badly, under load. Tests run in order; each leaves production live. */
const docker = connectDocker()
const brokenMs = 3_000
const ratePerSecond = 100

let scene: ExampleScene
let production: SceneDriver
let line: SocketProxy
let good: ExampleImages
let stranger: Docker.Container
let strangerBefore: Docker.ContainerInspectInfo
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  scene = await setScene({ strategy: { drain: '1s', bake: '500ms', warm: '10m' } })
  production = driveScene(scene)
  const path = join(scene.folder, 'engine.sock')
  line = await startSocketProxy({ path }, { path: dockerSocket() })
  await editConfig(scene, [{ path: ['defaults', 'host', 'docker'], value: scene.addressOf(path) }])
  // What ignores SIGTERM is waited for: two seconds of that prove as much as ten.
  const graces = ['rust-app', 'nextjs-app'].map((service) => ({
    path: ['services', service, 'stop_grace_period'],
    value: '2s',
  }))
  await editConfig(scene, graces, 'docker-compose.yaml')
  good = await scene.build({ version: '1.0.0' })
  await production.deploy(next(), good)
  stranger = await startStranger()
  strangerBefore = await stranger.inspect()
}, 120_000)

afterAll(async () => {
  await stranger?.remove({ force: true })
  await line?.heal()
  await scene?.close()
  await line?.close()
})

/** Somebody else's container on the environment's own network, under a name that is nobody's else. */
async function startStranger(): Promise<Docker.Container> {
  const network = `${scene.project.name}-production_backend_network`
  const container = await docker.createContainer({
    Image: good.backend,
    Entrypoint: ['node', '-e', 'setInterval(() => {}, 1000)'],
    HostConfig: { NetworkMode: network },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: ['bystander'] } } },
  })
  await container.start()
  return container
}

async function expectPromises({ id, release }: Deployment): Promise<void> {
  const state = await production.state()
  expect(state.live?.release).toBe(release)
  expect(state.active).toBeNull()
  const placed = Object.entries(state.live?.services ?? {}).map(([service, { slot }]) => [service, [slot]])
  expect(await production.liveSlots()).toEqual(Object.fromEntries(placed))
  expect(await migrationRuns(await scene.postgres.ensureDatabase('refactor'), id)).toBe(1)
}

describe('an engine that cannot be reached for a while', () => {
  const moments = [
    ['while the migration runs', 'prepare-host'],
    ['while candidates start', 'run-job:migrator'],
    ['while the new release is watched', 'switch-traffic'],
  ] as const

  it.each(moments)('%s: one migration, one live release, no request lost', async (_when, step) => {
    const load = await production.load(ratePerSecond)
    const { id } = await production.request(next(), good)
    await production.reached(id, step)
    await line.cut()
    await sleep(brokenMs)
    await line.heal()
    const deployment = await production.finished(id)
    expect(deployment.finished?.outcome).toBe('live')
    await expectPromises(deployment)
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('does what it was asked and loses the answer: nothing is done twice', async () => {
    const load = await production.load(ratePerSecond)
    line.loseAnswers(
      /^POST \S*\/containers\/create\?\S*migrator/,
      /^POST \S*\/containers\/[^/]*\/wait/,
      /^POST \S*\/containers\/create\?\S*rust-app/,
      /^POST \S*\/containers\/[^/]*\/start/,
    )
    const { id } = await production.request(next(), good)
    const deployment = await production.finished(id)
    expect(line.answersToLose()).toEqual([])
    expect(deployment.finished?.outcome).toBe('live')
    await expectPromises(deployment)
    expect(await lossesOf(load)).toEqual(noLoss)
  })
})

describe('an engine that cannot be reached at all', () => {
  it('leaves the status readable and traffic flowing, and an abort before anything moved ends at once', async () => {
    const before = await production.state()
    const load = await production.load(ratePerSecond)
    await line.cut()
    const { id } = await production.request(next(), good)
    const started = async (): Promise<boolean> => (await production.deployment(id)).start !== null
    await until(started, { withinMs: 10_000, what: 'the deployment to start' })
    expect(await production.state()).toMatchObject({ active: id, live: before.live })
    expect(await production.liveSlots()).not.toEqual({})
    await production.abort(id)
    // The line is still cut.
    expect((await production.finished(id)).finished?.outcome).toBe('aborted')
    expect(await production.state()).toMatchObject({ active: null, live: before.live })
    await line.heal()
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('in the middle of a watch: the abort is taken, and once the engine is back the old release serves alone', async () => {
    const before = await production.state()
    const slots = await production.liveSlots()
    const load = await production.load(ratePerSecond)
    // Long enough that the watch cannot be over before the line is cut.
    const undo = await editConfig(scene, [{ path: ['defaults', 'strategy', 'bake'], value: '20s' }])
    const { id } = await production.request(next(), good)
    await undo()
    await production.reached(id, 'switch-traffic')
    await line.cut()
    await production.abort(id)
    await sleep(1_000)
    expect((await production.deployment(id)).abort).not.toBeNull()
    expect((await production.deployment(id)).finished).toBeNull()
    expect(await production.state()).toMatchObject({ active: id, live: before.live })
    await line.heal()
    expect((await production.finished(id)).finished?.outcome).toBe('aborted')
    expect(await production.state()).toMatchObject({ active: null, live: before.live })
    expect(await production.liveSlots()).toEqual(slots)
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('takes the call and never answers: an abort is honoured all the same', async () => {
    const before = await production.state()
    await line.stall()
    const { id } = await production.request(next(), good)
    const started = async (): Promise<boolean> => (await production.deployment(id)).start !== null
    await until(started, { withinMs: 10_000, what: 'the deployment to start' })
    await production.abort(id)
    expect(await production.state()).toMatchObject({ active: id, live: before.live })
    await line.heal()
    expect((await production.finished(id)).finished?.outcome).toBe('aborted')
    expect((await production.state()).live).toEqual(before.live)
  })
})

describe('an app that ignores SIGTERM beside one that exits the moment it gets it', () => {
  it('are replaced, stopped, and gone back to, without a lost request', async () => {
    const stubborn = await scene.build({
      version: next(),
      behaviour: 'ignores-sigterm',
      frontendBehaviour: 'exits-at-sigterm',
    })
    const load = await production.load(ratePerSecond)
    const shipped = await production.deploy(next(), stubborn)
    expect(shipped.finished?.outcome).toBe('live')
    const { services = {} } = (await production.state()).live ?? {}
    const containers = Object.values(services).map(({ container }) => container)
    expect((await production.deploy(next(), good)).finished?.outcome).toBe('live')
    expect(await running(containers)).toEqual(containers)
    // The one after next retires it for good: that is when it gets its SIGTERM.
    expect((await production.deploy(next(), good)).finished?.outcome).toBe('live')
    expect(await running(containers)).toEqual([])
    const { id } = await production.rollback(shipped.release)
    expect((await production.finished(id)).finished?.outcome).toBe('live')
    expect((await production.state()).live?.release).toBe(shipped.release)
    expect(await lossesOf(load)).toEqual(noLoss)
  })
})

async function running(names: string[]): Promise<string[]> {
  const states = await Promise.all(names.map((name) => docker.getContainer(name).inspect()))
  return names.filter((_, index) => states[index]?.State.Running === true)
}

describe('a container that is not ours', () => {
  it('on the same network is as it was before all of this', async () => {
    expect(strangerBefore.State.Running).toBe(true)
    expect(await stranger.inspect()).toEqual(strangerBefore)
  })
})
