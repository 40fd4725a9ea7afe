import { candidateContainer } from '@towpath/domain/deployment/seating.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { createShopRelease } from './testing/shop.ts'

let postgres: ScratchPostgres
let subject: ApiUnderTest

beforeAll(async () => {
  postgres = await startScratchPostgres()
  subject = await openApiUnderTest(postgres, { printed: ['listening on 4000', 'one order: ü'] })
  await subject.addPrincipal('maker', [{ environment: '*', role: 'admin' }])
  await createShopRelease(subject, { version: '1.0.0', maker: 'maker' })
  const body = { release: '1.0.0' }
  const answer = await subject.ask('POST /v1/environments/staging/deployments', { as: 'maker', body })
  await makeLive(((await answer.json()) as { id: string }).id)
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})

/** Puts the deployment's container on the host and says in the ledger that it is live. */
async function makeLive(id: string): Promise<void> {
  const { installation } = subject
  const { store } = installation
  const labels = { environment: 'staging', release: '1.0.0', deployment: id }
  const facts = {
    fence: 1,
    previous: null,
    warm: null,
    slots: { backend: 's1' },
    serviceNumbers: { backend: 0 },
  }
  await store.append({
    ...labels,
    type: 'deployment.started',
    actor: 'towpath',
    idem: `${id}/started`,
    data: { ...facts, subnet: '10.200.0.0/24' },
  })
  const deployment = (await store.view(deploymentView, id))?.state as Deployment
  const [service] = deployment.plan.services
  const spec = candidateContainer(deployment, service!)
  const engine = installation.engineOf('', new Map())
  for (const network of deployment.plan.networks) await engine.ensureNetwork(network)
  await engine.pullImage(spec.image, null)
  await engine.ensureRunning(spec)
  const place = {
    ...{ slot: 's1', container: spec.name, image: spec.image, specDigest: service!.specDigest, port: 4000 },
    ...{ health: service!.health, stopGraceMs: 1_000 },
  }
  await store.append({
    ...labels,
    type: 'deployment.finished',
    actor: 'towpath',
    idem: `${id}/finished`,
    data: {
      ...{ kind: 'deploy', outcome: 'live', bakedMs: 0, reason: 'test', warmUntil: null },
      placement: { release: '1.0.0', deployment: id, services: { backend: place } },
    },
  })
}

const logs = (query: string) => subject.ask(`GET /v1/environments/staging/logs?${query}`, { as: 'maker' })

describe('logs of a live service', () => {
  it('come as plain text', async () => {
    const answer = await logs('service=backend')
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await answer.text()).toBe('listening on 4000\none order: ü')
    expect(await (await logs('service=backend&tail=1')).text()).toBe('one order: ü')
  })

  it('can be followed, one JSON object a line, until the reader leaves', async () => {
    const answer = await logs('service=backend&follow=true')
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    let text = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      if (text.split('\n').length > 2) break
    }
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines).toEqual([
      { service: 'backend', line: 'listening on 4000' },
      { service: 'backend', line: 'one order: ü' },
    ])
  })

  it('of a service that is not live name those that are', async () => {
    const answer = await logs('service=frontend')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({
      code: 'SERVICE_NOT_LIVE',
      hint: expect.stringContaining('backend'),
    })
  })
})

describe('an environment with a live release', () => {
  it('shows who sits where, and offers the way back in a dry run by name', async () => {
    const shown = await subject.ask('GET /v1/environments/staging', { as: 'maker' })
    expect(await shown.json()).toMatchObject({
      live: { release: '1.0.0', services: { backend: { slot: 's1' } } },
      warm: null,
      history: [{ release: '1.0.0', outcome: 'live', kind: 'deploy' }],
    })
    await createShopRelease(subject, { version: '1.1.0', maker: 'maker' })
    const body = { release: '1.1.0', dryRun: true }
    const preview = await subject.ask('POST /v1/environments/staging/deployments', { as: 'maker', body })
    expect(await preview.json()).toMatchObject({
      from: '1.0.0',
      wayBack: { needsPerson: false, text: expect.stringContaining('1.0.0') },
    })
  })
})
