import { fakeEdge } from '@towpath/adapters/edge/fake.ts'
import { deploymentOf } from '@towpath/app/deployment/deployment-of.ts'
import { openAtRest } from '@towpath/app/runner/at-rest.ts'
import { keepLiveRunning } from '@towpath/app/runner/keep-live.ts'
import { reconcileEnvironment } from '@towpath/app/runner/reconcile.ts'
import { stateOf } from '@towpath/app/state-of.ts'
import { composeLabels } from '@towpath/domain/adoption/running/found-container.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { endDeployment } from './testing/end-deployment.ts'
import { createShopRelease, shopFiles } from './testing/shop.ts'

const home = 'shop_default'
const slots = 'towpath-shop-production'
const image = `registry.test/shop/backend@sha256:${'1'.repeat(64)}`
const path = '/v1/environments/production'

let postgres: ScratchPostgres
let subject: ApiUnderTest
/** How often the edge cannot be removed. */
let stuck: number

beforeAll(async () => {
  postgres = await startScratchPostgres()
})
afterAll(() => postgres?.stop())

beforeEach(async () => {
  stuck = 0
  const { edge } = fakeEdge(async () => ({ status: 200, body: '', fault: null, tookMs: 0 }))
  const remove: typeof edge.remove = async (spec) => {
    if (stuck-- > 0) throw new Error('the host is away')
    await edge.remove(spec)
  }
  subject = await openApiUnderTest(postgres, { edge: { ...edge, remove } })
  await subject.addPrincipal('admin', [{ environment: '*', role: 'admin' }])
  for (const name of [home, slots])
    subject.host.networks.set(name, {
      spec: {
        name,
        driver: 'bridge',
        internal: name === slots,
        external: false,
        options: {},
        labels: labelsOf(name),
      },
      prefix: name === slots ? '172.30.0.' : '172.31.0.',
    })
  compose('1')
})
afterEach(() => subject?.close())

const labelsOf = (network: string): Record<string, string> =>
  network === slots ? { 'towpath.installation': subject.installation.id } : {}

/** The team's own Compose makes the container of the service, anew where one is there. */
function compose(hash: string, ports: number[] = []): void {
  subject.host.containers.delete('shop_web_1')
  subject.host.images.add(image)
  subject.host.addForeign('shop_web_1', [{ network: home, aliases: ['web'] }], {
    image,
    labels: {
      [composeLabels.project]: 'shop',
      [composeLabels.service]: 'web',
      [composeLabels.configHash]: hash,
    },
    restart: { name: 'always' },
    ports: ports.map((hostPort) => ({
      ...{ hostAddress: '', hostPort, containerPort: 4000 },
      protocol: 'tcp' as const,
    })),
  })
}

const ours = () => subject.host.found('shop_web_1')
const state = () => stateOf(subject.installation.store, environmentView, 'production')

/** Files that name the compose project, and give the edge another port than the container has. */
function files(): Record<string, string> {
  const all = shopFiles()
  const config = Buffer.from(all['towpath.yaml'] ?? '', 'base64').toString()
  const named = config.replace(
    'production: {approvals: 1}',
    'production: {map: {project: shop, ports: {4000: 14000}}}',
  )
  return { ...all, 'towpath.yaml': Buffer.from(named).toString('base64') }
}

const adoption = (body: Record<string, unknown> = {}) =>
  subject.ask(`POST ${path}/adoption`, { as: 'admin', body: { files: files(), ...body } })

async function adopted(): Promise<string> {
  const answer = await adoption({ release: '1.0.0' })
  expect(answer.status).toBe(202)
  const { id } = (await answer.json()) as { id: string }
  await endDeployment(subject, id, 'live')
  const rest = await openAtRest(subject.installation, 'production', AbortSignal.timeout(10_000))
  if (rest === null) throw new Error('nothing is live')
  await rest.engine.attach(ours().id, { network: slots, aliases: [], offset: 16 })
  return id
}

describe('adopting', () => {
  it('records nothing where something cannot be held, and says all of it', async () => {
    subject.host.exit('shop_web_1', { code: 1 })
    ours().status = 'exited'
    const answer = await adoption()
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      code: 'ADOPTION_IMPOSSIBLE',
      detail: expect.stringContaining('shop_web_1 is exited'),
    })
    compose('1', [14_000])
    expect(await (await adoption()).json()).toMatchObject({ hint: expect.stringContaining('14000: 24000') })
    expect(await state()).toBeUndefined()
  })

  it('gives a container that compose made anew its place, and tells that it is another', async () => {
    await adopted()
    const before = ours().addresses[slots]
    // The fake host numbers its containers, so that this one gets another id.
    subject.host.addForeign('a-neighbour')
    compose('2')
    expect(ours().addresses[slots]).toBeUndefined()
    const rest = await openAtRest(subject.installation, 'production', AbortSignal.timeout(10_000))
    if (rest === null) throw new Error('nothing is live')
    await keepLiveRunning(rest)
    expect(ours().addresses[slots]).toBe(before)
    await reconcileEnvironment(subject.installation, 'production', AbortSignal.timeout(10_000))
    expect((await state())?.drift?.found.join()).toContain('shop_web_1 is not ours')
    expect((await state())?.readiness['1.0.0']).toMatchObject({ ready: false })
  })

  it('leaves a container alone for as long as a restart of the team takes, and brings it up after that', async () => {
    await adopted()
    let elapsedMs = 1_000
    const installation = { ...subject.installation, elapsedMs: () => elapsedMs }
    const keep = async (): Promise<string> => {
      const rest = await openAtRest(installation, 'production', AbortSignal.timeout(10_000))
      if (rest === null) throw new Error('nothing is live')
      await keepLiveRunning(rest)
      return ours().status
    }
    const seen: string[] = [await keep()]
    ours().status = 'exited'
    for (elapsedMs of [2_000, 61_000]) seen.push(await keep())
    // Up again by the team: the next time it is down counts anew.
    ours().status = 'running'
    seen.push(await keep())
    ours().status = 'exited'
    for (elapsedMs of [63_000, 122_000, 124_000]) seen.push(await keep())
    expect(seen).toEqual(['running', 'exited', 'exited', 'running', 'exited', 'exited', 'running'])
  })

  it('holds for going back to what is there still, and to the files where it is gone', async () => {
    await adopted()
    await createShopRelease(subject, { version: '1.1.0', maker: 'admin', files: files() })
    const asked = await subject.ask(`POST ${path}/deployments`, { as: 'admin', body: { release: '1.1.0' } })
    await endDeployment(subject, ((await asked.json()) as { id: string }).id, 'live')
    const back = async () => {
      const answer = await subject.ask(`POST ${path}/rollback`, { as: 'admin', body: { release: '1.0.0' } })
      const { id } = (await answer.json()) as { id: string }
      return (await deploymentOf(subject.installation, id)).plan.services[0]
    }
    expect((await back())?.adopted?.id).toBe(ours().id)
    subject.host.containers.delete('shop_web_1')
    const made = await back()
    expect(made?.adopted).toBeUndefined()
    expect(made?.container.image).toBe(image)
  })
})

describe('ejecting', () => {
  const eject = () => subject.ask(`POST ${path}/ejection`, { as: 'admin', body: { now: true } })

  it('is refused while nobody of the team could serve', async () => {
    await adopted()
    subject.host.containers.delete('shop_web_1')
    expect(await (await eject()).json()).toMatchObject({ code: 'EJECT_NOTHING_BEHIND' })
    expect((await state())?.live?.release).toBe('1.0.0')
  })

  it('that was cut short is finished by the standing work, and nothing is kept up meanwhile', async () => {
    await adopted()
    const { id, name } = { id: ours().id, name: 'shop_web_1' }
    ours().spec = { ...ours().spec, restart: { name: 'unless-stopped' } }
    stuck = 1
    expect((await eject()).status).toBe(500)
    expect(await state()).toMatchObject({ live: null, ejecting: { places: [{ adopted: { id, name } }] } })
    expect(await openAtRest(subject.installation, 'production', AbortSignal.timeout(10_000))).toBeNull()
    await reconcileEnvironment(subject.installation, 'production', AbortSignal.timeout(10_000))
    expect(await state()).toMatchObject({ live: null, ejecting: null, subnet: null })
    expect(ours()).toMatchObject({ id, status: 'running', spec: { restart: { name: 'always' } } })
    expect(ours().spec.networks.map(({ network }) => network)).toEqual([home])
    expect(subject.host.networks.has(slots)).toBe(false)
    expect((await adoption({ release: '1.0.1' })).status).toBe(202)
  })
})
