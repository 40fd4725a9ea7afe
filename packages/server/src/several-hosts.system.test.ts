import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { crashVariable } from '@towpath/testkit/crash/crash-point.ts'
import type { CrashPoint } from '@towpath/testkit/crash/crash-point.ts'
import { connectDocker } from '@towpath/testkit/docker.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { askServer } from '@towpath/testkit/faults/ask-server.ts'
import { migrationRuns } from '@towpath/testkit/faults/migration-runs.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { mayStartSecondEngine, startSecondEngine } from '@towpath/testkit/second-engine.ts'
import type { SecondEngine } from '@towpath/testkit/second-engine.ts'
import { equipEngine, setHosts } from '@towpath/testkit/second-engine/fleet-scene.ts'
import { loadHosted } from '@towpath/testkit/second-engine/scene.ts'
import { mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import type { SshTestHost } from '@towpath/testkit/ssh-host.ts'
import { until } from '@towpath/testkit/wait.ts'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * Production on two hosts: `here`, this machine's engine by its socket, and `there`, an engine of its own network over
 * SSH. Tests run in order; each leaves production live, with one release on both.
 */
const isPossible = mayStartSecondEngine && mayStartSshHost
const ratePerSecond = 40
const entry = join(import.meta.dirname, '../../testkit/src/crash/crashing-server.ts')

let engine: SecondEngine
let host: SshTestHost
let scene: ExampleScene
let production: SceneDriver
let seats: Record<'here' | 'there', SceneDriver>
let good: ExampleImages
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  if (!isPossible) return
  engine = await startSecondEngine({ liveRestore: true })
  host = await startSshHost({ engineSocket: engine.socketPath, engine })
  scene = await setScene({
    // Whoever shares two cores with two engines is slow, old and new alike, and that is not what this is about.
    strategy: { drain: '1s', bake: '1s', warm: '10m', verdict: { slower: '1m' } },
    env: { TOWPATH_SSH_CONFIG: host.configFile },
  })
  await equipEngine(scene, engine)
  production = driveScene(scene)
  seats = { here: driveScene(scene, 'production@here'), there: driveScene(scene, 'production@there') }
  good = await scene.build({ version: '1.0.0' })
  await production.deploy(next(), good)
}, 240_000)

afterAll(async () => {
  await host?.wire.heal()
  await scene?.close()
  await host?.close()
  await engine?.close()
})

interface Told {
  live: { release: string } | null
  active: string | null
  hosts: { host: string; live: string | null; active: string | null; stands: string }[]
}

const status = (): Promise<Told> => scene.server.get<Told>('/v1/environments/production')

/** What the ledger says, what each edge does and what runs: one release on both hosts. */
async function expectOneLive(release: string): Promise<void> {
  const at = { live: release, active: null, stands: 'as-one' }
  expect(await status()).toMatchObject({
    ...{ live: { release }, active: null },
    hosts: [
      { host: 'here', ...at },
      { host: 'there', ...at },
    ],
  })
  for (const [seat, docker] of [
    [seats.here, connectDocker()],
    [seats.there, engine.docker],
  ] as const) {
    const services = Object.entries((await seat.state()).live?.services ?? {})
    expect(await seat.liveSlots()).toEqual(
      Object.fromEntries(services.map(([service, { slot }]) => [service, [slot]])),
    )
    for (const [, { container }] of services)
      expect((await docker.getContainer(container).inspect()).State.Running).toBe(true)
  }
}

const settled = (release: string): Promise<true> =>
  until(() => expectOneLive(release).then(() => true as const), {
    ...{ withinMs: 20_000, what: `${release} to serve alone on both hosts` },
  })

/** What a deployment would do, asked of both hosts; nothing happens. */
async function expectPreview(release: string): Promise<void> {
  const body = { release, kind: 'deploy', reason: 'test', dryRun: true, replaceEdge: true }
  const preview = await scene.server.post<{ steps: { step: string }[]; gates: { passed: boolean } }>(
    '/v1/environments/production/deployments',
    body,
    'dev',
  )
  expect(preview.gates.passed).toBe(true)
  expect(preview.steps.map(({ step }) => step)).toEqual([
    ...['pull-images', 'evaluate-gates', 'start-host:here', 'await-host:here'],
    ...['start-host:there', 'await-host:there', 'agree', 'finish'],
  ])
}

const memberOf = async (id: string, name: string): Promise<string> => {
  const state = await scene.server.get<{ story: { says: string }[] }>(`/v1/deployments/${id}/explain`)
  return (
    state.story
      .map(({ says }) => new RegExp(`^${name} begins \\((dep_\\w+)\\)$`).exec(says)?.[1])
      .find(Boolean) ?? ''
  )
}

const migrations = async (deployment: string): Promise<number> =>
  await migrationRuns(await scene.postgres.ensureDatabase('refactor'), deployment)

describe.runIf(isPossible)('an environment that gets a second host', () => {
  it('is not deployed to before an admin has accepted that host', async () => {
    const hosts = { here: 'unix:///var/run/docker.sock', there: host.address }
    await setHosts(scene, hosts)
    await expect(production.request(next(), good)).rejects.toThrow('HOST_NOT_ALLOWED')
    const { status: answered } = await askServer(scene.server, 'PUT /v1/environments/production/policy', {
      as: 'admin',
      body: { approvals: 0, needs: [], freeze: [], hosts: Object.values(hosts) },
    })
    expect(answered).toBe(200)
  })

  it('keeps what the first one runs, loses no request there, and migrates once', async () => {
    const before = (await production.state()).live?.release
    const running = await production.load(ratePerSecond)
    const { id, release } = await production.request(next(), good)
    const deployment = await production.finished(id)
    expect(deployment.finished).toMatchObject({ outcome: 'live', reason: 'all steps passed' })
    await settled(release)
    const here = await seats.here.deployment(await memberOf(id, 'here'))
    expect(here.start?.previous?.release).toBe(before)
    expect(await migrations(here.id)).toBe(1)
    expect(await migrations(await memberOf(id, 'there'))).toBe(0)
    const { items } = await scene.server.get<{ items: { environment: string }[] }>('/v1/environments')
    expect(items.map(({ environment }) => environment)).toEqual(['production'])
    expect(await lossesOf(running)).toEqual(noLoss)
  })

  it('goes back on both, and forward again, without a lost request on either', async () => {
    const { release: first } = (await status()).live ?? { release: '' }
    await expectPreview(first)
    const second = await production.deploy(next(), good)
    const loads = [await production.load(ratePerSecond), await loadHosted(scene, engine, ratePerSecond)]
    const { id } = await production.rollback()
    expect((await production.finished(id)).finished?.outcome).toBe('live')
    await settled(first)
    expect(
      (await production.finished((await production.rollback(second.release)).id)).finished?.outcome,
    ).toBe('live')
    await settled(second.release)
    expect(await Promise.all(loads.map(lossesOf))).toEqual([noLoss, noLoss])
  })
})

describe.runIf(isPossible)('a host that fails', () => {
  it('takes back those that went over already, before anybody keeps the release', async () => {
    const before = (await status()).live?.release ?? ''
    const loads = [await production.load(ratePerSecond), await loadHosted(scene, engine, ratePerSecond)]
    const { id } = await production.request(next(), good)
    await production.reached(id, 'start-host:there')
    const there = await memberOf(id, 'there')
    await seats.there.reached(there, 'switch-traffic')
    await seats.there.abort(there)
    const deployment = await production.finished(id)
    expect(deployment.finished?.outcome).toBe('rolled-back')
    expect(deployment.finished?.reason).toMatch(/^there: /)
    await settled(before)
    expect(await Promise.all(loads.map(lossesOf))).toEqual([noLoss, noLoss])
  })
})

describe.runIf(isPossible)('a controller that is killed', () => {
  const points: [CrashPoint['moment'], string][] = [
    ['acted', 'start-host:there'],
    ['acted', 'agree'],
  ]

  it.each(points)('%s %s leaves one release on both hosts', async (moment, step) => {
    await scene.server.stop()
    const point: CrashPoint = { step, moment, kill: 'server' }
    await scene.startServer({ entry, env: { [crashVariable]: JSON.stringify(point) } })
    const loads = [await production.load(ratePerSecond), await loadHosted(scene, engine, ratePerSecond)]
    const { id, release } = await production.request(next(), good)
    await scene.server.gone
    await scene.startServer()
    const deployment: Deployment = await production.finished(id)
    expect(deployment.finished?.outcome).toBe('live')
    await settled(release)
    expect(await migrations(await memberOf(id, 'here'))).toBe(1)
    expect(await Promise.all(loads.map(lossesOf))).toEqual([noLoss, noLoss])
  })

  it('on the way back, in the middle of it, ends with what was before on both', async () => {
    const before = (await status()).live?.release ?? ''
    await scene.server.stop()
    const point: CrashPoint = { step: 'return-host:there', moment: 'acted', kill: 'server' }
    await scene.startServer({ entry, env: { [crashVariable]: JSON.stringify(point) } })
    const { id } = await production.request(next(), good)
    await production.reached(id, 'start-host:there')
    await production.abort(id)
    await scene.server.gone
    await scene.startServer()
    expect((await production.finished(id)).finished?.outcome).toBe('aborted')
    await settled(before)
  })
})
