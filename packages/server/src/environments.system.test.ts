import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { domainOf, driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { until } from '@towpath/testkit/wait.ts'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Staging beside production on one engine, from one compose file, with the policy that the example's file asks for. */
let scene: ExampleScene
let staging: SceneDriver
let production: SceneDriver
let images: ExampleImages

beforeAll(async () => {
  scene = await setScene({
    productionPolicy: true,
    strategy: { drain: '1s', bake: '1s', warm: '1s' },
    reconcileMs: 500,
  })
  staging = driveScene(scene, 'staging')
  production = driveScene(scene, 'production')
  images = await scene.build({ version: '1.0.0' })
}, 120_000)

afterAll(async () => {
  await scene?.close()
})

const promote = (release: string): Promise<Deployment> =>
  scene.server.post(
    '/v1/environments/production/deployments',
    { release, kind: 'promote', reason: 'test' },
    'dev',
  )

const approve = (release: string, as: string): Promise<unknown> =>
  scene.server.post(`/v1/releases/${release}/approvals`, { environment: 'production', reason: 'test' }, as)

/** Verified on staging, approved by the second person, live on production. */
async function ship(version: string): Promise<Deployment> {
  await staging.deploy(version, images)
  await approve(version, 'lead')
  return await production.finished((await promote(version)).id)
}

describe('a release on its way from staging to production', () => {
  it('is refused by production before staging has verified it', async () => {
    await scene.createRelease('0.9.0', images)
    await approve('0.9.0', 'lead')
    const refused = await production.finished((await promote('0.9.0')).id)
    expect(refused.finished?.outcome).toBe('refused')
    const failed = refused.gates?.results.find((result) => result.gate === 'verified-before')
    expect(failed).toMatchObject({ answer: 'fail' })
  })

  it('waits for somebody other than its author, and goes on when that one says yes', async () => {
    expect((await staging.deploy('1.0.0', images)).finished?.outcome).toBe('live')
    const { id } = await promote('1.0.0')
    await expect(approve('1.0.0', 'dev')).rejects.toThrow(/403/)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect((await production.deployment(id)).start).toBeNull()
    await approve('1.0.0', 'lead')
    expect((await production.finished(id)).finished?.outcome).toBe('live')
  })

  it('serves under each environment’s own port, domain, names and database', async () => {
    for (const [here, there] of [
      ['staging', 'production'],
      ['production', 'staging'],
    ] as const) {
      expect(await statusFor(here, domainOf(here))).toBe(200)
      expect(await statusFor(here, domainOf(there))).toBe(421)
    }
    const placed = [await staging.state(), await production.state()].flatMap((state) =>
      Object.values(state.live?.services ?? {}).map((service) => service.container),
    )
    expect(new Set(placed).size).toBe(4)
  })

  it('loses no request in either environment, and moves only the one it was asked to', async () => {
    const loads = [await staging.load(100), await production.load(100)]
    const before = (await staging.state()).history.length
    expect((await ship('1.1.0')).finished?.outcome).toBe('live')
    expect((await staging.state()).history).toHaveLength(before + 1)
    for (const load of loads) expect(await lossesOf(load)).toEqual(noLoss)
  })
})

describe('going back', () => {
  it('to a release that is no longer warm starts it again and loses nothing', async () => {
    await until(async () => ((await production.state()).warm === null ? true : null), {
      withinMs: 30_000,
      what: 'the release before to be retired',
    })
    const load = await production.load(200)
    const { id } = await production.rollback()
    const back = await production.finished(id)
    expect(back).toMatchObject({ release: '1.0.0', finished: { outcome: 'live' } })
    expect(Object.keys(back.done)).not.toContain('run-job:migrator')
    expect(await lossesOf(load)).toEqual(noLoss)
  })
})

describe('a policy', () => {
  it('that was accepted is not loosened by a release that asks for less', async () => {
    const preview = await scene.server.get<{ policy: { approvals: number } | null }>(
      '/v1/environments/production',
    )
    expect(preview.policy?.approvals).toBe(1)
  })

  it('is waived for one gate by an admin alone, and the gate’s own answer stays visible', async () => {
    const waiver = {
      gate: 'verified-before',
      owner: 'ann',
      reason: 'hotfix',
      release: '0.9.0',
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    }
    const path = '/v1/environments/production/waivers'
    await expect(scene.server.post(path, waiver, 'dev')).rejects.toThrow(/403/)
    await scene.server.post(path, waiver)
    const waived = await production.finished((await promote('0.9.0')).id)
    expect(waived.finished?.outcome).toBe('live')
    const result = waived.gates?.results.find((one) => one.gate === 'verified-before')
    expect(result).toMatchObject({ answer: 'fail', waiver: { owner: 'ann' } })
  })
})

/** Asks an environment's nginx for its frontend by name, as a browser would. */
const statusFor = (environment: string, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const port = scene.project.httpPorts[environment] ?? 0
    const sent = request({ host: '127.0.0.1', port, path: '/', headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.once('error', reject)
    sent.end()
  })
