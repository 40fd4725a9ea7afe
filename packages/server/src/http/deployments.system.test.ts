import { runEnvironment } from '@towpath/app/runner/run-environment.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { deploymentShape } from './deployment/deployment-shape.ts'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { endDeployment } from './testing/end-deployment.ts'
import { createShopRelease } from './testing/shop.ts'

let postgres: ScratchPostgres
let subject: ApiUnderTest
type Deployment = z.infer<typeof deploymentShape>

beforeAll(async () => {
  postgres = await startScratchPostgres()
  subject = await openApiUnderTest(postgres)
  await subject.addPrincipal('maker', [{ environment: '*', role: 'admin' }])
  await subject.addPrincipal('lead', [{ environment: 'production', role: 'approver' }])
  for (const version of ['1.0.0', '1.1.0']) await createShopRelease(subject, { version, maker: 'maker' })
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})

const deploy = (
  body: object,
  { key, environment = 'production' }: { key?: string; environment?: string } = {},
) =>
  subject.ask(`POST /v1/environments/${environment}/deployments`, {
    as: 'maker',
    body,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  })
const read = async <T>(answer: Response | Promise<Response>): Promise<T> => (await (await answer).json()) as T
const show = async (id: string, query = ''): Promise<Deployment> =>
  await read(subject.ask(`GET /v1/deployments/${id}${query}`, { as: 'maker' }))

describe('asking for a deployment', () => {
  it('is answered at once, with where to follow it', async () => {
    const answer = await deploy({ release: '1.0.0', reason: 'first' })
    expect(answer.status).toBe(202)
    const deployment = await read<Deployment>(answer)
    expect(answer.headers.get('location')).toBe(`/v1/deployments/${deployment.id}`)
    expect(deployment).toMatchObject({ state: 'waiting', kind: 'deploy', release: '1.0.0', outcome: null })
    expect(deployment.waitsFor).toContain('1 approval')
    expect(deployment.steps.at(-1)).toMatchObject({ step: 'finish', status: 'next' })
  })

  it('twice under one key is asking once', async () => {
    const one = await read<Deployment>(deploy({ release: '1.0.0' }, { key: 'build-1' }))
    const again = await deploy({ release: '1.0.0' }, { key: 'build-1' })
    expect([again.status, (await read<Deployment>(again)).id]).toEqual([202, one.id])
    const other = await read<Deployment>(deploy({ release: '1.0.0' }, { key: 'build-2' }))
    expect(other.id).not.toBe(one.id)
  })

  it('many times at once under one key makes one deployment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => deploy({ release: '1.0.0' }, { key: 'at-once' })),
    )
    const ids = await Promise.all(answers.map(async (answer) => (await read<Deployment>(answer)).id))
    expect(new Set(ids).size).toBe(1)
  })

  it('under a key that stands for something else is refused', async () => {
    await deploy({ release: '1.0.0' }, { key: 'build-3' })
    for (const answer of [
      await deploy({ release: '1.1.0' }, { key: 'build-3' }),
      await deploy({ release: '1.0.0', kind: 'promote' }, { key: 'build-3' }),
      await deploy({ release: '1.0.0' }, { key: 'build-3', environment: 'staging' }),
    ])
      expect([answer.status, (await read<{ code: string }>(answer)).code]).toEqual([
        409,
        'IDEMPOTENCY_KEY_REUSED',
      ])
  })

  it('with a key that is none is refused', async () => {
    expect((await deploy({ release: '1.0.0' }, { key: 'x'.repeat(129) })).status).toBe(422)
  })
})

describe('a dry run', () => {
  it('tells steps, gates, approvals and the way back, and leaves no trace', async () => {
    const before = await subject.installation.store.head()
    const answer = await deploy({ release: '1.1.0', dryRun: true })
    expect(answer.status).toBe(200)
    const preview = await read<Record<string, unknown>>(answer)
    expect(preview).toMatchObject({
      dryRun: true,
      from: null,
      release: '1.1.0',
      approvals: { needed: 1, given: [], missing: 1 },
      wayBack: { needsPerson: false },
      gates: { passed: false, later: ['images-on-host'] },
    })
    const steps = (preview['steps'] as { step: string }[]).map(({ step }) => step)
    expect(steps.indexOf('switch-traffic')).toBeGreaterThan(steps.indexOf('await-healthy:0'))
    expect(await subject.installation.store.head()).toEqual(before)
  })

  it('of a rollback names what is missing for it', async () => {
    const answer = await subject.ask('POST /v1/environments/production/rollback', {
      as: 'maker',
      body: { dryRun: true },
    })
    expect([answer.status, (await read<{ code: string }>(answer)).code]).toEqual([
      404,
      'NOTHING_TO_ROLL_BACK_TO',
    ])
  })
})

describe('waiting for a deployment', () => {
  it('ends after the time that was asked for', async () => {
    const { id } = await read<Deployment>(deploy({ release: '1.0.0' }))
    expect(await show(id, '?wait=1s')).toMatchObject({ state: 'waiting' })
  })

  it('ends as soon as it is finished', async () => {
    const { id } = await read<Deployment>(deploy({ release: '1.0.0' }, { environment: 'staging' }))
    const stop = new AbortController()
    const waited = show(id, '?wait=60s')
    await subject.ask(`POST /v1/deployments/${id}/abort`, { as: 'maker', body: { reason: 'wrong one' } })
    const running = runEnvironment(
      subject.installation,
      { environment: 'staging', part: 'queued' },
      stop.signal,
    )
    expect(await waited).toMatchObject({
      state: 'finished',
      outcome: 'aborted',
      abort: { by: 'maker', reason: 'wrong one' },
    })
    stop.abort()
    await running
    const again = await subject.ask(`POST /v1/deployments/${id}/abort`, { as: 'maker', body: {} })
    expect([again.status, (await read<{ code: string }>(again)).code]).toEqual([409, 'DEPLOYMENT_FINISHED'])
  })

  it('by something that is no id is told what an id looks like, and where the ids are', async () => {
    const answer = await subject.ask('GET /v1/deployments/1.1.0', { as: 'maker' })
    const { code, detail } = await read<{ code: string; detail: string }>(answer)
    expect([answer.status, code]).toEqual([422, 'REQUEST_INVALID'])
    expect(detail).toContain('such as dep_2f8kq1zz; towpath status')
  })

  it('for longer than a minute is refused', async () => {
    const { id } = await read<Deployment>(deploy({ release: '1.0.0' }))
    const answer = await subject.ask(`GET /v1/deployments/${id}?wait=61s`, { as: 'maker' })
    expect(answer.status).toBe(422)
  })
})

describe('the story of a deployment', () => {
  it('goes from who asked over each gate to where it stands, and its gates can be asked again', async () => {
    const { id } = await read<Deployment>(
      deploy({ release: '1.1.0', reason: 'spring sale' }, { environment: 'staging' }),
    )
    const unasked = await subject.ask(`POST /v1/deployments/${id}/gates/replay`, { as: 'maker' })
    expect([unasked.status, (await read<{ code: string }>(unasked)).code]).toEqual([
      404,
      'GATES_NOT_EVALUATED',
    ])
    await runUntil(id, (deployment) => deployment.gates !== null)
    const { deployment, story } = await read<{
      deployment: Deployment
      story: { says: string; actor: string }[]
    }>(subject.ask(`GET /v1/deployments/${id}/explain`, { as: 'maker' }))
    expect(deployment.gates?.results.map(({ gate }) => gate)).toContain('images-in-registry')
    expect(story[0]).toMatchObject({ actor: 'maker', says: expect.stringContaining('1.1.0') })
    expect(story.some(({ says }) => says.includes('gates passed'))).toBe(true)
    const replay = await read<{ differing: string[] }>(
      subject.ask(`POST /v1/deployments/${id}/gates/replay`, { as: 'maker' }),
    )
    expect(replay.differing).toEqual([])
  })
})

describe('a release that is live', () => {
  const lives = async (body: object, key?: string) =>
    await deploy(
      { release: '1.1.0', ...body },
      { environment: 'guarded', ...(key === undefined ? {} : { key }) },
    )

  it('and is asked for again is there already: nothing is recorded', async () => {
    const { id } = await read<Deployment>(lives({}, 'first'))
    await endDeployment(subject, id, 'live')
    const before = await subject.installation.store.head()
    for (const dryRun of [true, false]) {
      const answer = await lives({ dryRun })
      expect([answer.status, await read(answer)]).toEqual([
        200,
        {
          ...{ alreadyLive: true, environment: 'guarded', release: '1.1.0', deployment: id },
          since: (await show(id)).finished?.at,
        },
      ])
    }
    const sameKey = await lives({}, 'first')
    expect([sameKey.status, (await read<Deployment>(sameKey)).id]).toEqual([202, id])
    expect(await subject.installation.store.head()).toEqual(before)
  })

  it('is deployed where something else was asked for meanwhile, or its edge is to be made anew', async () => {
    expect((await lives({ dryRun: true, replaceEdge: true })).status).toBe(200)
    expect(await read(lives({ dryRun: true, replaceEdge: true }))).toMatchObject({ dryRun: true })
    const other = await read<Deployment>(lives({ release: '1.0.0' }))
    expect(await read(lives({ dryRun: true }))).toMatchObject({ dryRun: true, from: '1.1.0' })
    expect((await lives({})).status).toBe(202)
    expect(other.release).toBe('1.0.0')
  })
})

async function runUntil(id: string, isThere: (deployment: Deployment) => boolean): Promise<void> {
  const stop = new AbortController()
  const parts = (['queued', 'active'] as const).map((part) =>
    runEnvironment(subject.installation, { environment: 'staging', part }, stop.signal),
  )
  await expect.poll(async () => isThere(await show(id)), { timeout: 20_000 }).toBe(true)
  stop.abort()
  await Promise.all(parts)
}

describe('listings', () => {
  it('give every deployment once over pages, newest first', async () => {
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: { items: { id: string }[]; next: string | null } = await read(
        subject.ask(`GET /v1/deployments?limit=3${query}`, { as: 'maker' }),
      )
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.next
    } while (cursor !== null)
    const events = await subject.installation.store.readEvents({
      types: ['deployment.requested'],
      limit: 1_000,
    })
    expect(ids).toEqual(events.map(({ deployment }) => deployment).toReversed())
  })

  it('give events page by page without gap or repeat', async () => {
    const seqs: number[] = []
    for (let after: number | null = 0; after !== null;) {
      const page: { items: { seq: number }[]; next: number | null } = await read(
        subject.ask(`GET /v1/ledger/events?limit=7&after=${after}`, { as: 'maker' }),
      )
      seqs.push(...page.items.map(({ seq }) => seq))
      after = page.next
    }
    const { seq } = await subject.installation.store.head()
    expect(seqs).toEqual(Array.from({ length: seq }, (_, index) => index + 1))
  })
})
