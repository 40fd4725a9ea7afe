import { noEvidencePolicy } from '@towpath/domain/evidence/evidence-policy.ts'
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
  subject = await openApiUnderTest(postgres)
  await subject.addPrincipal('maker', [{ environment: '*', role: 'admin' }])
  await subject.addPrincipal('lead', [{ environment: 'production', role: 'approver' }])
  await createShopRelease(subject, { version: '1.1.0', maker: 'maker' })
  await deploy({ release: '1.1.0' })
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})

const deploy = (body: object, { environment = 'production' } = {}) =>
  subject.ask(`POST /v1/environments/${environment}/deployments`, { as: 'maker', body })
const read = async <T>(answer: Response | Promise<Response>): Promise<T> => (await (await answer).json()) as T

describe('repair', () => {
  it.each([
    ['nowhere', 404, 'ENVIRONMENT_NOT_FOUND'],
    ['production', 404, 'NOTHING_LIVE'],
  ])('of %s says what it is that is missing', async (environment, status, code) => {
    const answer = await subject.ask(`POST /v1/environments/${environment}/repair`, { as: 'maker', body: {} })
    expect([answer.status, (await read<{ code: string }>(answer)).code]).toEqual([status, code])
  })
})

describe('people and policy', () => {
  it('approve a release once each, and never their own', async () => {
    const approve = (as: string) =>
      subject.ask('POST /v1/releases/1.1.0/approvals', {
        as,
        body: { environment: 'production', reason: 'seen it' },
      })
    expect((await approve('maker')).status).toBe(403)
    for (const answer of [await approve('lead'), await approve('lead')])
      expect(await read(answer)).toEqual({ release: '1.1.0', environment: 'production', approvals: ['lead'] })
  })

  it('accept a policy, which then shows with its version', async () => {
    const body = {
      approvals: 2,
      hosts: ['unix:///var/run/docker.sock'],
      freeze: ['Fri 16:00-Mon 08:00 Europe/Berlin'],
    }
    const policyNow = async () =>
      (
        await read<{ policy: { version: number } | null }>(
          subject.ask('GET /v1/environments/production', { as: 'maker' }),
        )
      ).policy
    const version = ((await policyNow())?.version ?? 0) + 1
    const answer = await subject.ask('PUT /v1/environments/production/policy', { as: 'maker', body })
    expect(await read(answer)).toEqual({ ...body, needs: [], evidence: noEvidencePolicy, version })
    expect(await policyNow()).toEqual({ ...body, needs: [], evidence: noEvidencePolicy, version })
  })

  it('show in a dry run what a commit would loosen', async () => {
    const preview = await read<{ pending: { what: string; says: string }[] }>(
      deploy({ release: '1.1.0', dryRun: true }),
    )
    expect(preview.pending).toEqual([
      expect.objectContaining({ what: 'approvals', accepted: '2', asked: '1' }),
      expect.objectContaining({ what: 'freeze', asked: 'not frozen' }),
    ])
    expect(preview.pending[0]?.says).toContain('towpath policy accept -e production')
  })

  it('let no commit move to a host that was not accepted', async () => {
    const body = { approvals: 0, hosts: ['unix:///elsewhere.sock'], freeze: [] }
    await subject.ask('PUT /v1/environments/guarded/policy', { as: 'maker', body })
    for (const dryRun of [true, false]) {
      const answer = await deploy({ release: '1.1.0', dryRun }, { environment: 'guarded' })
      expect([answer.status, (await read<{ code: string }>(answer)).code]).toEqual([409, 'HOST_NOT_ALLOWED'])
    }
  })

  it('a freeze window that is none is refused with how to write it', async () => {
    const body = { approvals: 0, hosts: [], freeze: ['always'] }
    const answer = await subject.ask('PUT /v1/environments/production/policy', { as: 'maker', body })
    expect([answer.status, (await read<{ code: string }>(answer)).code]).toEqual([
      422,
      'FREEZE_WINDOW_INVALID',
    ])
  })

  it('a waiver names a gate of the list, and ends in the future', async () => {
    const waive = (gate: string, expiresAt: string) =>
      subject.ask('POST /v1/environments/production/waivers', {
        as: 'maker',
        body: { gate, expiresAt, owner: 'lead', reason: 'tested by hand' },
      })
    expect((await waive('disk-room', new Date(Date.now() + 60_000).toISOString())).status).toBe(201)
    expect((await waive('disk-rum', new Date(Date.now() + 60_000).toISOString())).status).toBe(422)
    expect((await waive('disk-room', '2001-01-01T00:00:00Z')).status).toBe(422)
  })
})
