import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { createShopRelease, shopFiles, shopRelease } from './testing/shop.ts'

let postgres: ScratchPostgres
let subject: ApiUnderTest

beforeAll(async () => {
  postgres = await startScratchPostgres()
  subject = await openApiUnderTest(postgres)
  await subject.addPrincipal('admin', [{ environment: '*', role: 'admin' }])
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})

const problemOf = async (answer: Response): Promise<Record<string, unknown>> =>
  (await answer.json()) as Record<string, unknown>
const ledgerLength = async (): Promise<number> => (await subject.installation.store.head()).seq

describe('a request', () => {
  it.each([
    ['of 64 KiB and more', 'POST /v1/principals', 'x'.repeat(65 * 1024)],
    ['with a release beyond its limit', 'POST /v1/releases', 'x'.repeat(9 * 1024 * 1024)],
  ])('%s is refused before it is read', async (_what, request, filler) => {
    const before = await ledgerLength()
    const answer = await subject.ask(request, { as: 'admin', body: { name: filler } })
    expect(answer.status).toBe(413)
    expect(await problemOf(answer)).toMatchObject({ code: 'BODY_TOO_LARGE', kind: 'usage' })
    expect(await ledgerLength()).toBe(before)
  })

  it('that grows beyond its limit while it is sent is refused too', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(16 * 1024))
    const token = await subject.addPrincipal('streamer', [{ environment: '*', role: 'admin' }])
    const answer = await subject.api.request('http://127.0.0.1/v1/principals', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
      },
      body: ReadableStream.from(Array.from({ length: 8 }, () => chunk)),
      duplex: 'half',
    })
    expect(answer.status).toBe(413)
  })

  it('with a project of several megabytes is fine', async () => {
    subject.registry.push('registry.test/shop/backend:3.0.0', `sha256:${'3'.repeat(64)}`)
    const large = Buffer.alloc(5 * 1024 * 1024, 'a').toString('base64')
    const body = { ...shopRelease('3.0.0'), files: { ...shopFiles(), 'conf/large.bin': large } }
    expect((await subject.ask('POST /v1/releases', { as: 'admin', body })).status).toBe(201)
  })

  it.each([
    '../towpath.yaml',
    'conf/../../etc/passwd',
    '/etc/passwd',
    'C:\\boot.ini',
    'conf\\..\\secret',
    'conf//x',
    './towpath.yaml',
    'conf/.',
    '..',
    '',
    'a\0b',
    'line\nbreak',
    `${'a/'.repeat(300)}b`,
  ])('with a file named %j is refused', async (path) => {
    const before = await ledgerLength()
    const body = { ...shopRelease('4.0.0'), files: { ...shopFiles(), [path]: 'AAAA' } }
    const answer = await subject.ask('POST /v1/releases', { as: 'admin', body })
    expect(answer.status).toBe(422)
    expect(await problemOf(answer)).toMatchObject({ code: 'FILE_PATH_REFUSED' })
    expect(await ledgerLength()).toBe(before)
  })

  it('with a file named like an inner part of the language is only a file', async () => {
    const text = JSON.stringify(shopRelease('5.0.0')).replace('"files":{', '"files":{"__proto__":"AAAA",')
    subject.registry.push('registry.test/shop/backend:5.0.0', `sha256:${'5'.repeat(64)}`)
    const answer = await subject.ask('POST /v1/releases', { as: 'admin', body: text })
    expect([201, 422]).toContain(answer.status)
    expect(Reflect.get({}, 'AAAA')).toBeUndefined()
  })

  it('that is no JSON, or not declared as JSON, changes nothing', async () => {
    const before = await ledgerLength()
    const broken = await subject.ask('POST /v1/principals', { as: 'admin', body: '{"name":' })
    expect([broken.status, (await problemOf(broken))['code']]).toEqual([400, 'BODY_NOT_JSON'])
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
      const headers = { 'content-type': type }
      const answer = await subject.ask('POST /v1/principals', { as: 'admin', body: '{}', headers })
      expect([answer.status, (await problemOf(answer))['code']]).toEqual([415, 'BODY_TYPE_UNSUPPORTED'])
    }
    expect(await ledgerLength()).toBe(before)
  })

  it('with unknown keys or wrong values is told all that is wrong, at once and by path', async () => {
    const body = { name: 'a b', grants: [{ environment: 'production', role: 'king' }], extra: true }
    const answer = await subject.ask('POST /v1/principals', { as: 'admin', body })
    const { code, problems } = await problemOf(answer)
    expect([answer.status, code]).toEqual([422, 'REQUEST_INVALID'])
    const paths = (problems as { path: string }[]).map(({ path }) => path)
    expect(paths.toSorted()).toEqual(['body', 'body.expiresAt', 'body.grants.0.role', 'body.name'])
  })

  it.each([
    '/v1/deployments/dep_%00%00%00%00%00%00%00%00',
    '/v1/environments/..%2f..',
    '/v1/releases/%20',
    '/v1/ledger/events?after=-1',
    '/v1/ledger/events?after=',
    '/v1/ledger/events?after=1e3',
    '/v1/deployments?limit=100000',
    '/v1/stream?after=x',
  ])('for %s is refused, not failed', async (path) => {
    const answer = await subject.ask(`GET ${path}`, { as: 'admin' })
    expect([404, 422]).toContain(answer.status)
  })

  it('with a cursor that no listing gave is told so', async () => {
    const answer = await subject.ask('GET /v1/releases?cursor=1%27or%271', { as: 'admin' })
    expect([answer.status, (await problemOf(answer))['code']]).toEqual([422, 'BAD_CURSOR'])
  })

  it.each(['evil.example', 'localhost.evil.example', '192.168.0.1', '127.0.0.1.nip.io', '[::2]'])(
    'addressed to %s is refused, so that no web page can reach it by a name of its own',
    async (host) => {
      const answer = await subject.api.request(`http://${host}/healthz`)
      expect(answer.status).toBe(421)
    },
  )

  it.each(['localhost:4400', '127.0.0.1:4400', '[::1]:4400', 'LOCALHOST'])(
    'addressed to %s is answered',
    async (host) => {
      expect((await subject.api.request(`http://${host}/healthz`)).status).toBe(200)
    },
  )
})

describe('the id of a request', () => {
  it('is the one it came with where that is sane, on the answer and in the ledger', async () => {
    subject.registry.push('registry.test/shop/backend:6.0.0', `sha256:${'6'.repeat(64)}`)
    const answer = await subject.ask('POST /v1/releases', {
      as: 'admin',
      body: shopRelease('6.0.0'),
      headers: { 'x-request-id': 'build-4711.a' },
    })
    expect(answer.headers.get('x-request-id')).toBe('build-4711.a')
    const [event] = await subject.installation.store.readEvents({ release: '6.0.0' })
    expect(event).toMatchObject({ type: 'release.created', request: 'build-4711.a', actor: 'admin' })
  })

  it.each(['short', 'with space in it', 'x'.repeat(65), '"quoted-id"'])('%j is replaced', async (given) => {
    const answer = await subject.ask('GET /healthz', { headers: { 'x-request-id': given } })
    expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-f-]{36}$/)
  })
})

describe('a problem', () => {
  it('says what, why, what was not changed and what to do, in the form of RFC 9457', async () => {
    const answer = await subject.ask('GET /v1/releases/0.0.0', {
      as: 'admin',
      headers: { 'x-request-id': 'request-0001' },
    })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await problemOf(answer)).toEqual({
      type: 'urn:towpath:error:RELEASE_NOT_FOUND',
      title: 'Release not found',
      status: 404,
      detail: 'There is no release 0.0.0.',
      code: 'RELEASE_NOT_FOUND',
      kind: 'not-found',
      hint: expect.stringContaining('towpath release create'),
      docs: 'docs/errors.md#release_not_found',
      request: 'request-0001',
      retryable: false,
      version: '0.0.0',
    })
  })

  it('of an unknown route names it', async () => {
    const answer = await subject.ask('GET /v1/nothing', { as: 'admin' })
    expect([answer.status, (await problemOf(answer))['code']]).toEqual([404, 'ROUTE_NOT_FOUND'])
  })

  it('that nobody expected shows its request id and nothing of its inside', async () => {
    await createShopRelease(subject, { version: '7.0.0', maker: 'admin' })
    const { store } = subject.installation
    const original = store.listViews.bind(store)
    await subject.addPrincipal('reader', [{ environment: '*', role: 'viewer' }])
    try {
      let calls = 0
      store.listViews = (...given) => {
        calls += 1
        if (calls === 1) return original(...given)
        throw new Error('connection to postgres://towpath:hunter2@db failed')
      }
      const answer = await subject.ask('GET /v1/releases', {
        as: 'reader',
        headers: { 'x-request-id': 'request-0002' },
      })
      expect(answer.status).toBe(500)
      const text = await answer.text()
      expect(JSON.parse(text)).toMatchObject({ code: 'INTERNAL', request: 'request-0002' })
      expect(text).not.toContain('hunter2')
      expect(
        subject.logged.some((line) => line.includes('request-0002') && line.includes('request failed')),
      ).toBe(true)
    } finally {
      store.listViews = original
    }
  })
})
