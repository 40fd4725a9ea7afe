import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { connectDocker } from '@towpath/testkit/docker.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { startServerProcess } from '@towpath/testkit/server-process.ts'
import { until } from '@towpath/testkit/wait.ts'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** What goes wrong in life, on real engines, under load. Tests run in order; each leaves production live. */
let scene: ExampleScene
let production: SceneDriver
let good: ExampleImages
let count = 0

const next = (): string => `1.${(count += 1)}.0`
const docker = connectDocker()

beforeAll(async () => {
  scene = await setScene()
  production = driveScene(scene)
  good = await scene.build({ version: '1.0.0' })
  await production.deploy(next(), good)
}, 120_000)

afterAll(async () => {
  await scene?.close()
})

describe('a release that', () => {
  it('is good goes live', async () => {
    expect((await production.state()).history).toMatchObject([{ outcome: 'live', release: '1.1.0' }])
  })

  it('never gets healthy is refused with traffic untouched', async () => {
    const images = await scene.build({ version: '2.0.0', behaviour: 'never-healthy' })
    const before = await production.state()
    const load = await production.load(200)
    const quick = await shortHealth()
    const refused = await production.deploy(next(), images)
    await quick.undo()
    expect(refused.finished?.outcome).toBe('refused')
    expect(refused.failure).toMatchObject({ code: 'NEVER_HEALTHY' })
    expect(refused.failure?.logTail).toContain('listening')
    expect((await production.state()).live).toEqual(before.live)
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('gets healthy and dies is taken back by itself, and only its own requests suffer', async () => {
    const images = await scene.build({ version: '2.1.0', behaviour: 'dies-after:300' })
    const before = await production.state()
    const load = await production.load(200)
    const taken = await production.deploy(next(), images)
    expect(taken.finished?.outcome).toBe('rolled-back')
    expect(taken.failure?.code).toBe('CANDIDATE_DIED')
    const report = await load.stop()
    expect(report.byRelease['1.0.0']).toMatchObject({ failed: 0, dropped: 0 })
    expect(report.failed + report.dropped).toBeLessThan(20)
    expect((await production.state()).live).toEqual(before.live)
  })

  it('exits at once is told by its exit code, without waiting for the deadline', async () => {
    const images = await scene.build({ version: '2.2.0', behaviour: 'exits-at-start' })
    const before = await production.state()
    const refused = await production.deploy(next(), images)
    expect(refused.finished?.outcome).toBe('refused')
    expect(refused.failure?.code).toBe('CANDIDATE_EXITED')
    expect(refused.failure?.message).toContain('code 1')
    expect((await production.state()).live).toEqual(before.live)
  })
})

describe('people', () => {
  it('abort a deployment in its watch, and the old release serves on', async () => {
    const before = await production.state()
    const load = await production.load(200)
    const { id } = await production.request(next(), good)
    await production.reached(id, 'switch-traffic')
    await production.abort(id)
    expect((await production.finished(id)).finished?.outcome).toBe('aborted')
    expect((await production.state()).live).toEqual(before.live)
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('roll back while a release is still being watched: it turns round at once, to what is still live', async () => {
    const before = await production.state()
    const load = await production.load(200)
    const { id } = await production.request(next(), good)
    await production.reached(id, 'switch-traffic')
    expect((await production.rollback()).id).toBe(id)
    expect((await production.finished(id)).finished?.outcome).toBe('aborted')
    expect((await production.state()).live).toEqual(before.live)
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('go back to a warm release and forth again without losing a request', async () => {
    const before = await production.state()
    const load = await production.load(200)
    const shipped = await production.deploy(next(), good)
    expect(shipped.finished?.outcome).toBe('live')
    const { id } = await production.rollback()
    const back = await production.finished(id)
    expect(back).toMatchObject({ release: before.live?.release, finished: { outcome: 'live' } })
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('deploy while a deployment runs: the newest waits and the one between is replaced', async () => {
    const first = await production.request(next(), good)
    await production.reached(first.id, 'pull-images')
    const second = await production.request(next(), good)
    const third = await production.request(next(), good)
    expect((await production.finished(second.id)).finished?.outcome).toBe('superseded')
    expect((await production.finished(first.id)).finished?.outcome).toBe('live')
    expect((await production.finished(third.id)).finished?.outcome).toBe('live')
    expect(await production.liveSlots()).toEqual(await slotsOfLive())
  })
})

describe('the host', () => {
  it('has somebody’s container under a name of the edge: found, held against a deployment, repaired', async () => {
    const foreign = await foreignContainer()
    try {
      await until(async () => (await production.state()).drift, { withinMs: 20_000, what: 'the drift' })
      const refused = await production.deploy(next(), good)
      expect(refused.finished?.outcome).toBe('refused')
      const failed = refused.gates?.results.find((result) => result.gate === 'names-held')
      expect(failed).toMatchObject({ answer: 'fail' })
      const load = await production.load(200)
      await scene.server.post('/v1/environments/production/repair', { dryRun: false }, 'dev')
      expect((await production.state()).drift).toBeNull()
      expect(await lossesOf(load)).toEqual(noLoss)
      expect((await docker.getContainer(foreign).inspect()).State.Running).toBe(true)
    } finally {
      await docker.getContainer(foreign).remove({ force: true })
    }
  })

  it('loses the image of the release before: red within a reconcile, fetched again, green', async () => {
    const shipped = await production.deploy(next(), await scene.build({ version: '3.0.0' }))
    expect(shipped.finished?.outcome).toBe('live')
    await readinessOf(shipped.release, true)
    await docker.getImage(shipped.plan.services[0]?.container.image ?? '').remove({ force: true })
    await readinessOf(shipped.release, false)
    await readinessOf(shipped.release, true)
  })

  it('has its edge killed: it comes back from its file with the same traffic', async () => {
    const before = await production.liveSlots()
    const { id } = await docker
      .getContainer(`towpath-${scene.project.name}-production-edge`)
      .inspect()
      .then(({ Id }) => ({ id: Id }))
    const { State } = await docker.getContainer(id).inspect()
    process.kill(State.Pid, 'SIGKILL')
    const url = `http://127.0.0.1:${scene.project.httpPorts['production'] ?? 0}/api/items`
    await until(async () => (await fetch(url)).ok || null, {
      withinMs: 30_000,
      everyMs: 200,
      what: 'traffic to flow again',
    })
    expect(await production.liveSlots()).toEqual(before)
  })
})

describe('the edge', () => {
  it('stopped by somebody’s hand during a watch is started again, and the release still goes live', async () => {
    const { id } = await production.request(next(), good)
    await production.reached(id, 'switch-traffic')
    await docker.getContainer(`towpath-${scene.project.name}-production-edge`).kill()
    expect((await production.finished(id)).finished).toMatchObject({ outcome: 'live' })
    const url = `http://127.0.0.1:${scene.project.httpPorts['production'] ?? 0}/api/items`
    expect((await fetch(url)).status).toBe(200)
    expect(await production.liveSlots()).toEqual(await slotsOfLive())
  })
})

describe('the controller', () => {
  it('runs once: a second one on the same state is refused and names the first', async () => {
    await expect(
      startServerProcess({
        stateDir: join(scene.folder, 'state'),
        edgeImage: 'unused',
        reconcileMs: 60_000,
        tokens: scene.server.tokens,
      }),
    ).rejects.toThrow(/CONTROLLER_RUNNING|already/)
    // Its start took the address file away; the first one still answers.
    expect((await production.state()).live).not.toBeNull()
  })
})

/** Waits for the newest recorded answer: events are read, because a state may pass too fast to be seen. */
async function readinessOf(release: string, ready: boolean): Promise<void> {
  await until(
    async () => {
      const { items } = await scene.server.get<{ items: LedgerEvent[] }>(
        `/v1/ledger/events?after=${readinessSeen}&limit=1000&environment=production`,
      )
      const found = items.find(
        (event) =>
          event.type === 'readiness.changed' && event.release === release && event.data.ready === ready,
      )
      readinessSeen = found?.seq ?? readinessSeen
      return found ?? null
    },
    { withinMs: 30_000, what: `readiness ${ready} of ${release}` },
  )
}

let readinessSeen = 0

const slotsOfLive = async (): Promise<Record<string, string[]>> =>
  Object.fromEntries(
    Object.entries((await production.state()).live?.services ?? {}).map(([service, { slot }]) => [
      service,
      [slot],
    ]),
  )

/** What a hand-typed `docker compose up -d` leaves: the same service name on the project's network. */
async function foreignContainer(): Promise<string> {
  const [network] = await docker.listNetworks({
    filters: { name: [`${scene.project.name}-production_backend_network`] },
  })
  const image = good.backend
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['node', '-e', 'setInterval(() => {}, 1000)'],
    HostConfig: { NetworkMode: network?.Name ?? '' },
    NetworkingConfig: { EndpointsConfig: { [network?.Name ?? '']: { Aliases: ['rust-app'] } } },
  })
  await container.start()
  return container.id
}

/** Waiting half a minute for a release that never gets healthy proves no more than three seconds do. */
async function shortHealth(): Promise<{ undo: () => Promise<void> }> {
  const { editYaml } = await import('@towpath/domain/config/edit-yaml.ts')
  const { readFile, writeFile } = await import('node:fs/promises')
  const path = join(scene.project.folder, 'towpath.yaml')
  const text = await readFile(path, 'utf8')
  await writeFile(path, editYaml(text, [{ path: ['services', 'backend', 'health', 'within'], value: '3s' }]))
  return { undo: () => writeFile(path, text) }
}
