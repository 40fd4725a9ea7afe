import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { connectDocker } from '@towpath/testkit/docker.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { afterwards } from '@towpath/testkit/faults/afterwards.ts'
import { askServer } from '@towpath/testkit/faults/ask-server.ts'
import type { ServerAnswer } from '@towpath/testkit/faults/ask-server.ts'
import { askSite } from '@towpath/testkit/faults/ask-site.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { requestRelease } from '@towpath/testkit/faults/release-request.ts'
import { domainOf, driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { until } from '@towpath/testkit/wait.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Staging beside production on one engine, and what production asks for. Tests run in order. */
const docker = connectDocker()
const names = ['staging', 'production'] as const
type Name = (typeof names)[number]
const dayMs = 86_400_000

let scene: ExampleScene
let drivers: Record<Name, SceneDriver>
let images: ExampleImages
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  scene = await setScene({ productionPolicy: true })
  drivers = { staging: driveScene(scene, 'staging'), production: driveScene(scene) }
  images = await scene.build({ version: '1.0.0' })
}, 120_000)

afterAll(async () => {
  await scene?.close()
})

async function create(version: string, as = 'dev'): Promise<string> {
  const answer = await requestRelease(scene, { version, images, as })
  expect(answer.status).toBe(201)
  return version
}

/** A release on its way to production is a promotion, anywhere else a deployment. */
const ask = (environment: Name, release: string, more: object = {}): Promise<ServerAnswer> =>
  askServer(scene.server, `POST /v1/environments/${environment}/deployments`, {
    as: 'dev',
    body: { release, kind: environment === 'production' ? 'promote' : 'deploy', ...more },
  })

async function start(environment: Name, release: string): Promise<string> {
  const { status, body } = await ask(environment, release)
  expect(status).toBe(202)
  return String(body['id'])
}

const ship = async (environment: Name, release: string): Promise<Deployment> =>
  await drivers[environment].finished(await start(environment, release))

const approve = (release: string, as: string): Promise<ServerAnswer> =>
  askServer(scene.server, `POST /v1/releases/${release}/approvals`, {
    as,
    body: { environment: 'production', reason: 'looked at it' },
  })

const outcomeOf = ({ finished }: Deployment): string | undefined => finished?.outcome
const gateOf = ({ gates }: Deployment, name: string) => gates?.results.find(({ gate }) => gate === name)

describe('production', () => {
  let promotion: string
  let release: string

  it('takes nothing that staging did not have first, whoever approved it', async () => {
    const unseen = await create(next())
    await approve(unseen, 'lead')
    const refused = await ship('production', unseen)
    expect(outcomeOf(refused)).toBe('refused')
    expect(gateOf(refused, 'verified-before')).toMatchObject({ answer: 'fail' })
    expect(gateOf(refused, 'verified-before')?.why).toContain('staging')
  })

  it('waits for a second person once staging has verified a release, and says so', async () => {
    release = await create(next())
    expect(outcomeOf(await ship('staging', release))).toBe('live')
    promotion = await start('production', release)
    const { body } = await askServer(scene.server, `GET /v1/deployments/${promotion}`)
    expect(body).toMatchObject({ state: 'waiting', start: null })
    expect(body['waitsFor']).toContain('1 approval by people other than dev')
  })

  it('does not let the author be that person, nor anybody without the right', async () => {
    const byDeployer = await approve(release, 'dev')
    expect(byDeployer.status).toBe(403)
    const own = await create(next(), 'admin')
    const byAuthor = await approve(own, 'admin')
    expect([byAuthor.status, byAuthor.body['code']]).toEqual([403, 'APPROVER_IS_AUTHOR'])
    expect((await drivers.production.state()).approvals).not.toContainEqual(
      expect.objectContaining({ release }),
    )
    expect((await drivers.production.deployment(promotion)).start).toBeNull()
  })

  it('goes live by itself as soon as the second person approved', async () => {
    expect((await approve(release, 'lead')).body).toMatchObject({ approvals: ['lead'] })
    const promoted = await drivers.production.finished(promotion)
    expect(outcomeOf(promoted)).toBe('live')
    expect(gateOf(promoted, 'approvals')).toMatchObject({ answer: 'pass' })
    expect(gateOf(promoted, 'verified-before')).toMatchObject({ answer: 'pass' })
  })
})

describe('two environments of one compose file on one engine', () => {
  it('run the same digests under names, networks and ports of their own', async () => {
    const [staging, production] = await Promise.all(names.map(containersOf))
    expect(staging?.images).toEqual(production?.images)
    for (const kind of ['names', 'networks', 'ports'] as const) {
      const [here, there] = [new Set(staging?.[kind]), new Set(production?.[kind])]
      expect(here.size).toBeGreaterThan(0)
      expect([...here.intersection(there)]).toEqual([])
    }
    expect([staging?.ports, production?.ports]).toEqual(names.map((name) => [publishedPort(name)]))
  })

  it('keep their data apart', async () => {
    const body = { name: 'only in staging' }
    expect((await askSite(scene, 'staging', { path: '/api/items', body })).status).toBe(201)
    const listed = await Promise.all(names.map((name) => askSite(scene, name, { path: '/api/items' })))
    expect(listed.map(({ status }) => status)).toEqual([200, 200])
    expect(listed.map(({ text }) => text.includes(body.name))).toEqual([true, false])
  })

  it('answer to their own name and not to the other’s', async () => {
    for (const [here, there] of [names, names.toReversed()] as [Name, Name][]) {
      expect((await askSite(scene, here, { path: '/' })).status).toBe(200)
      expect((await askSite(scene, here, { path: '/', host: domainOf(there) })).status).toBe(421)
    }
  })

  it('never touch each other: a deployment here leaves every container there as it was, and no request is lost', async () => {
    for (const [here, there] of [
      ['staging', 'production'],
      ['production', 'staging'],
    ] as const) {
      const release = here === 'staging' ? await create(next()) : (await stateOf('staging')).live?.release
      if (here === 'production') await approve(release ?? '', 'lead')
      const before = await bystanders(there)
      const loads = await Promise.all(names.map((name) => drivers[name].load(100)))
      expect(outcomeOf(await ship(here, release ?? ''))).toBe('live')
      for (const load of loads) expect(await lossesOf(load)).toEqual(noLoss)
      expect(await bystanders(there)).toEqual(before)
    }
  })

  it('deploy at the same time without waiting for each other', async () => {
    const [one, other] = [await create(next()), (await stateOf('staging')).live?.release ?? '']
    const loads = await Promise.all(names.map((name) => drivers[name].load(50)))
    const done = await Promise.all([
      ship('staging', one),
      drivers.production.rollback().then(finishedRollback),
    ])
    expect(done.map(outcomeOf)).toEqual(['live', 'live'])
    for (const load of loads) expect(await lossesOf(load)).toEqual(noLoss)
    expect((await stateOf('production')).live?.release).not.toBe(other)
  })
})

const publishedPort = (name: Name): string => String(scene.project.httpPorts[name])
const finishedRollback = ({ id }: Deployment): Promise<Deployment> => drivers.production.finished(id)
const stateOf = (name: Name): Promise<EnvironmentState> => drivers[name].state()

async function inspected(environment: Name) {
  const filters = {
    label: [`towpath.installation=${scene.server.installation}`, `towpath.environment=${environment}`],
    status: ['running'],
  }
  const found = await docker.listContainers({ filters })
  return await Promise.all(found.map(({ Id }) => docker.getContainer(Id).inspect()))
}

async function containersOf(environment: Name) {
  const containers = await inspected(environment)
  return {
    names: containers.map(({ Name: name }) => name),
    networks: [
      ...new Set(containers.flatMap(({ NetworkSettings }) => Object.keys(NetworkSettings.Networks))),
    ],
    ports: containers.flatMap(({ HostConfig }) =>
      Object.values((HostConfig.PortBindings ?? {}) as Record<string, { HostPort: string }[]>)
        .flat()
        .map(({ HostPort }) => HostPort),
    ),
    images: containers.map(({ Config }) => Config.Image).toSorted(),
  }
}

/** What would show a touch: identity, process, start, networks and aliases of each container. */
const bystanders = async (environment: Name) =>
  (await inspected(environment))
    .map(({ Id, Name: name, State, RestartCount, NetworkSettings, HostConfig, Config }) => ({
      ...{ Id, name, RestartCount, HostConfig, Config },
      ...{ pid: State.Pid, startedAt: State.StartedAt, networks: NetworkSettings.Networks },
    }))
    .toSorted((one, other) => (one.Id < other.Id ? -1 : 1))

describe('a commit', () => {
  it('cannot loosen what production asks: the accepted policy holds, in the dry run and in the deployment', async () => {
    const undo = await editConfig(scene, [
      { path: ['environments', 'production', 'approvals'], value: 0 },
      { path: ['environments', 'production', 'needs'], value: undefined },
    ])
    const loose = await afterwards(create(next()), undo)
    const preview = await ask('production', loose, { dryRun: true })
    expect(preview.body).toMatchObject({ approvals: { needed: 1, missing: 1 }, gates: { passed: false } })
    const id = await start('production', loose)
    const { body } = await askServer(scene.server, `GET /v1/deployments/${id}`)
    expect(body).toMatchObject({ state: 'waiting' })
    expect(body['waitsFor']).toContain('1 approval')
    await approve(loose, 'lead')
    const refused = await drivers.production.finished(id)
    expect(outcomeOf(refused)).toBe('refused')
    expect(gateOf(refused, 'verified-before')).toMatchObject({ answer: 'fail' })
  })

  it('can tighten it at once', async () => {
    const undo = await editConfig(scene, [{ path: ['environments', 'production', 'approvals'], value: 2 }])
    const strict = await afterwards(create(next()), undo)
    await approve(strict, 'lead')
    const { body } = await ask('production', strict, { dryRun: true })
    expect(body['approvals']).toEqual({ needed: 2, given: ['lead'], missing: 1 })
  })
})

describe('a waiver', () => {
  const waive = (release: string, expiresAt: number, as = 'admin'): Promise<ServerAnswer> =>
    askServer(scene.server, 'POST /v1/environments/production/waivers', {
      as,
      body: {
        ...{ gate: 'verified-before', release, owner: 'lead', reason: 'hot fix' },
        expiresAt: new Date(expiresAt).toISOString(),
      },
    })

  it('is for admins alone, and must end in the future', async () => {
    for (const as of ['dev', 'lead', 'watcher'])
      expect((await waive('1.1.0', Date.now() + dayMs, as)).status).toBe(403)
    expect((await waive('1.1.0', Date.now() - 1)).body).toMatchObject({ code: 'WAIVER_EXPIRED' })
    expect((await stateOf('production')).waivers).toEqual([])
  })

  it('lets one release through one gate, and stays visible over what the gate itself says', async () => {
    const [waived, other] = [await create(next()), await create(next())]
    for (const release of [waived, other]) await approve(release, 'lead')
    expect((await waive(waived, Date.now() + dayMs)).status).toBe(201)
    const through = await ship('production', waived)
    expect(outcomeOf(through)).toBe('live')
    expect(gateOf(through, 'verified-before')).toMatchObject({
      answer: 'fail',
      waiver: { owner: 'lead', reason: 'hot fix', release: waived },
    })
    expect((await stateOf('production')).waivers).toMatchObject([
      { gate: 'verified-before', release: waived },
    ])
    expect(outcomeOf(await ship('production', other))).toBe('refused')
  })

  it('ends by itself', async () => {
    const late = await create(next())
    await approve(late, 'lead')
    const expiresAt = Date.now() + 1_500
    expect((await waive(late, expiresAt)).status).toBe(201)
    await until(() => Date.now() > expiresAt, { withinMs: 10_000, what: 'the waiver to end' })
    const refused = await ship('production', late)
    expect(outcomeOf(refused)).toBe('refused')
    expect(gateOf(refused, 'verified-before')).toMatchObject({ answer: 'fail', waiver: null })
  })
})

describe('a freeze', () => {
  it('holds a deployment and not a rollback', async () => {
    const frozen = await create(next())
    expect(outcomeOf(await ship('staging', frozen))).toBe('live')
    await approve(frozen, 'lead')
    const { policy } = await stateOf('production')
    const accepted = await askServer(scene.server, 'PUT /v1/environments/production/policy', {
      body: {
        ...{ approvals: policy?.approvals, needs: policy?.needs, hosts: policy?.hosts },
        freeze: [windowAroundNow()],
      },
    })
    expect(accepted.status).toBe(200)
    const held = await ship('production', frozen)
    expect(outcomeOf(held)).toBe('refused')
    expect(gateOf(held, 'freeze-window')).toMatchObject({ answer: 'fail' })
    const before = (await stateOf('production')).live?.release
    const back = await drivers.production.finished((await drivers.production.rollback()).id)
    expect(outcomeOf(back)).toBe('live')
    expect((await stateOf('production')).live?.release).not.toBe(before)
  })

  it('is for admins to set', async () => {
    const body = { approvals: 0, needs: [], hosts: [], freeze: [] }
    const answer = await askServer(scene.server, 'PUT /v1/environments/production/policy', {
      as: 'dev',
      body,
    })
    expect(answer.status).toBe(403)
  })
})

/** From yesterday to tomorrow, in words of a week. */
function windowAroundNow(): string {
  const day = (shift: number): string =>
    new Date(Date.now() + shift * dayMs).toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' })
  return `${day(-1)} 00:00-${day(1)} 23:59 UTC`
}
