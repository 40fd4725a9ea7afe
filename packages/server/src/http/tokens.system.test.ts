import { randomBytes } from 'node:crypto'
import { hashToken } from '@towpath/app/principal/add-principal.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPrincipal } from './find-principal.ts'
import { openApiUnderTest, soon } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { createShopRelease } from './testing/shop.ts'

let postgres: ScratchPostgres
let subject: ApiUnderTest
let adminToken: string

beforeAll(async () => {
  postgres = await startScratchPostgres()
  subject = await openApiUnderTest(postgres)
  adminToken = await subject.addPrincipal('admin', [{ environment: '*', role: 'admin' }])
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})

const askWith = (authorization: string): Promise<Response> =>
  subject.ask('GET /v1/gates', { headers: { authorization } })
const codeOf = async (answer: Response): Promise<unknown> => ((await answer.json()) as { code: unknown }).code

describe('a token', () => {
  it('of ours lets in', async () => {
    expect((await askWith(`Bearer ${adminToken}`)).status).toBe(200)
    expect((await askWith(`bearer ${adminToken}`)).status).toBe(200)
  })

  it.each([
    ['forged', `Bearer twp_${randomBytes(32).toString('base64url')}`],
    ['its own hash', `Bearer twp_${hashToken('x')}`],
    ['cut short', 'Bearer twp_'],
    ['of somebody else', 'Bearer ghp_0123456789'],
    ['in another scheme', `Basic ${Buffer.from('admin:admin').toString('base64')}`],
    ['twice', 'Bearer twp_a, Bearer twp_b'],
    ['far too long', `Bearer twp_${'a'.repeat(5_000)}`],
  ])('that is %s is refused', async (_what, authorization) => {
    const answer = await askWith(authorization)
    expect(answer.status).toBe(401)
    expect(await codeOf(answer)).toBe('TOKEN_INVALID')
  })

  it('changed in any one character is refused', async () => {
    for (const at of [4, 10, adminToken.length - 1]) {
      const other = adminToken[at] === 'A' ? 'B' : 'A'
      const changed = adminToken.slice(0, at) + other + adminToken.slice(at + 1)
      expect((await askWith(`Bearer ${changed}`)).status).toBe(401)
    }
  })

  it('that has expired is refused', async () => {
    await subject.addPrincipal(
      'late',
      [{ environment: '*', role: 'admin' }],
      new Date(Date.now() - 1_000).toISOString(),
    )
    const answer = await subject.ask('GET /v1/gates', { as: 'late' })
    expect(answer.status).toBe(401)
  })

  it('that is revoked is refused from that moment on', async () => {
    await subject.addPrincipal('leaver', [{ environment: '*', role: 'viewer' }])
    expect((await subject.ask('GET /v1/gates', { as: 'leaver' })).status).toBe(200)
    expect((await subject.ask('DELETE /v1/principals/leaver', { as: 'admin' })).status).toBe(204)
    expect((await subject.ask('GET /v1/gates', { as: 'leaver' })).status).toBe(401)
  })

  it('is replaced only where that is said, unless it ended', async () => {
    const add = (more: object = {}) =>
      subject.ask('POST /v1/principals', {
        as: 'admin',
        body: { name: 'bot', grants: [{ environment: '*', role: 'viewer' }], expiresAt: soon(), ...more },
      })
    const tokenOf = async (answer: Response) => ((await answer.json()) as { token: string }).token
    const first = await tokenOf(await add())
    const again = await add()
    expect([again.status, await codeOf(again)]).toEqual([409, 'PRINCIPAL_EXISTS'])
    expect((await askWith(`Bearer ${first}`)).status).toBe(200)
    const second = await tokenOf(await add({ replace: true }))
    expect((await askWith(`Bearer ${first}`)).status).toBe(401)
    expect((await askWith(`Bearer ${second}`)).status).toBe(200)
    await subject.ask('DELETE /v1/principals/bot', { as: 'admin' })
    expect((await add()).status).toBe(201)
  })

  it('for an environment that no release names is not made once there is a release', async () => {
    const add = (name: string, environment: string) =>
      subject.ask('POST /v1/principals', {
        as: 'admin',
        body: { name, grants: [{ environment, role: 'deployer' }], expiresAt: soon() },
      })
    const early = await add('early', 'stagging')
    expect([early.status, await early.json()]).toEqual([
      201,
      expect.objectContaining({ note: expect.stringContaining('stagging') }),
    ])
    await createShopRelease(subject, { version: '1.0.0', maker: 'admin' })
    const wrong = await add('late', 'stagging')
    expect(wrong.status).toBe(422)
    expect(await wrong.json()).toMatchObject({
      code: 'GRANT_ENVIRONMENT_UNKNOWN',
      hint: expect.stringContaining('staging'),
    })
    const right = await add('late', 'staging')
    expect([right.status, await right.json()]).toEqual([201, expect.objectContaining({ note: null })])
  })

  it('that was seen before is found without a look through all principals, as it stands now', async () => {
    const { store } = subject.installation
    let looks = 0
    const counted: Parameters<typeof findPrincipal>[0] = {
      view: (kind, id) => store.view(kind, id),
      listViews: (kind, query) => {
        looks += 1
        return store.listViews(kind, query)
      },
    }
    const [one, other] = [
      await subject.addPrincipal('one', [{ environment: '*', role: 'viewer' }]),
      await subject.addPrincipal('other', [{ environment: '*', role: 'viewer' }]),
    ]
    for (const token of [one, other, one, other])
      expect(await findPrincipal(counted, token)).toMatchObject({ revokedAt: null })
    expect(looks).toBe(1)
    await subject.ask('DELETE /v1/principals/one', { as: 'admin' })
    expect(await findPrincipal(counted, one)).toMatchObject({ name: 'one', revokedAt: expect.any(String) })
    expect(looks).toBe(1)
    expect(await findPrincipal(counted, 'twp_nobody')).toBeNull()
    expect(looks).toBe(2)
  })

  it('without an end, or with one too far away, is not made', async () => {
    const grants = [{ environment: '*', role: 'viewer' }]
    const inTwoYears = new Date(Date.now() + 2 * 365 * 86_400_000).toISOString()
    for (const expiresAt of [undefined, inTwoYears, '2001-01-01T00:00:00Z', 'never']) {
      const answer = await subject.ask('POST /v1/principals', {
        as: 'admin',
        body: { name: 'bot', grants, expiresAt },
      })
      expect(answer.status).toBe(422)
    }
  })

  it('leaves no trace in answers, events or the log: neither itself nor its hash', async () => {
    const body = { name: 'ci', grants: [{ environment: '*', role: 'viewer' }], expiresAt: soon() }
    const made = await subject.ask('POST /v1/principals', { as: 'admin', body })
    const { token } = (await made.clone().json()) as { token: string }
    const texts = [
      (await made.text()).replace(token, ''),
      await (await subject.ask('GET /v1/principals', { as: 'admin' })).text(),
      await (await subject.ask('GET /v1/ledger/events?limit=1000', { as: 'admin' })).text(),
      subject.logged.join('\n'),
    ]
    for (const text of texts) {
      expect(text).toContain('ci')
      for (const secret of [token, adminToken, hashToken(token), hashToken(adminToken)])
        expect(text).not.toContain(secret)
    }
  })
})
