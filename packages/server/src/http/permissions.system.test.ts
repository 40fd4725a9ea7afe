import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { Role } from '@towpath/domain/principal/principal.ts'
import { roles } from '@towpath/domain/principal/principal.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiUnderTest, soon } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { appendObserved } from './testing/append-observed.ts'
import { createShopRelease, shopFiles, shopRelease } from './testing/shop.ts'

let postgres: ScratchPostgres
let subject: ApiUnderTest
let waiting: string

interface Row {
  request: string
  body?: unknown
  /** Roles in production that may; everybody else gets 403. */
  may: readonly Role[]
  /** What a role on another environment alone may do; null: the same as in production. */
  elsewhere: readonly Role[]
}

const everyRole = [...roles]
const observedId = 'obs_0000000001'
const moving: Role[] = ['deployer', 'approver', 'admin']
const deploying: Role[] = ['deployer', 'admin']
const env = '/v1/environments/production'
const waiver = { gate: 'disk-room', owner: 'ops', reason: 'full for now', expiresAt: soon() }
const policy = { approvals: 1, hosts: ['unix:///var/run/docker.sock'] }
const principal = { name: 'ci', grants: [{ environment: 'staging', role: 'deployer' }], expiresAt: soon() }

/** Every route of the API that takes a token; a test below fails where one is missing here. */
const table: Row[] = [
  { request: 'POST /v1/releases', body: shopRelease('9.9.9'), may: deploying, elsewhere: deploying },
  { request: 'GET /v1/releases', may: everyRole, elsewhere: everyRole },
  { request: 'GET /v1/releases/1.0.0', may: everyRole, elsewhere: everyRole },
  {
    request: 'POST /v1/releases/1.0.0/approvals',
    body: { environment: 'production' },
    may: ['approver', 'admin'],
    elsewhere: [],
  },
  {
    request: 'POST /v1/evidence',
    body: {
      document: Buffer.from('<testsuite><testcase name="a"/></testsuite>').toString('base64'),
      name: 'junit.xml',
      subject: { commit: 'c'.repeat(40) },
    },
    may: deploying,
    elsewhere: deploying,
  },
  { request: 'GET /v1/evidence', may: everyRole, elsewhere: everyRole },
  { request: 'GET /v1/evidence/ev_00000000', may: everyRole, elsewhere: everyRole },
  {
    request: 'POST /v1/advisories',
    body: {
      ...{ source: 'a test', newest: null, count: 0, unread: 0, partial: [], ecosystems: {} },
      ...{ exploited: null, scores: {} },
    },
    // Every environment is judged by them.
    may: [],
    elsewhere: [],
  },
  { request: 'GET /v1/findings?environment=production', may: everyRole, elsewhere: [] },
  { request: 'GET /v1/findings/ev_00000000/explain', may: everyRole, elsewhere: everyRole },
  { request: 'GET /v1/environments', may: everyRole, elsewhere: everyRole },
  { request: `GET ${env}`, may: everyRole, elsewhere: [] },
  { request: `POST ${env}/checks`, body: { files: shopFiles() }, may: deploying, elsewhere: [] },
  {
    request: `POST ${env}/deployments`,
    body: { release: '1.0.0', dryRun: true },
    may: deploying,
    elsewhere: [],
  },
  { request: `POST ${env}/rollback`, body: {}, may: moving, elsewhere: [] },
  { request: `POST ${env}/waivers`, body: waiver, may: ['admin'], elsewhere: [] },
  { request: `PUT ${env}/policy`, body: policy, may: ['admin'], elsewhere: [] },
  { request: `POST ${env}/adoption`, body: { files: {}, dryRun: true }, may: ['admin'], elsewhere: [] },
  { request: `POST ${env}/ejection`, body: { dryRun: true }, may: ['admin'], elsewhere: [] },
  { request: `POST ${env}/repair`, body: {}, may: deploying, elsewhere: [] },
  { request: `GET ${env}/logs?service=backend`, may: everyRole, elsewhere: [] },
  { request: `GET ${env}/edge`, may: everyRole, elsewhere: [] },
  { request: `PUT ${env}/watch`, body: { files: shopFiles() }, may: deploying, elsewhere: [] },
  { request: `POST ${env}/watch/stop`, body: {}, may: deploying, elsewhere: [] },
  { request: 'GET /v1/observed-deployments', may: everyRole, elsewhere: everyRole },
  { request: `GET /v1/observed-deployments/${observedId}`, may: everyRole, elsewhere: [] },
  { request: 'GET /v1/deployments', may: everyRole, elsewhere: everyRole },
  { request: 'GET /v1/deployments/{id}', may: everyRole, elsewhere: [] },
  { request: 'GET /v1/deployments/{id}/explain', may: everyRole, elsewhere: [] },
  { request: 'POST /v1/deployments/{id}/abort', body: {}, may: moving, elsewhere: [] },
  {
    request: 'POST /v1/deployments/{id}/resume',
    body: { reason: 'watched it' },
    may: moving,
    elsewhere: [],
  },
  { request: 'POST /v1/deployments/{id}/gates/replay', may: everyRole, elsewhere: [] },
  { request: 'GET /v1/gates', may: everyRole, elsewhere: everyRole },
  { request: 'GET /v1/ledger/head', may: everyRole, elsewhere: everyRole },
  { request: 'GET /v1/ledger/events?environment=production', may: everyRole, elsewhere: [] },
  { request: 'POST /v1/ledger/verify', body: {}, may: [], elsewhere: [] },
  { request: 'POST /v1/ledger/take-over', body: { reason: 'restored' }, may: [], elsewhere: [] },
  { request: 'GET /v1/ledger/export', may: [], elsewhere: [] },
  { request: 'GET /v1/stream?environment=production', may: everyRole, elsewhere: [] },
  { request: 'POST /v1/principals', body: principal, may: [], elsewhere: [] },
  { request: 'GET /v1/principals', may: [], elsewhere: [] },
  { request: 'DELETE /v1/principals/nobody', may: [], elsewhere: [] },
]

/** What is asked of an environment as a whole. */
const ofTheWhole = /deployments|waivers|policy|watch|adoption|ejection|checks|findings/

/** What can be asked of one host of an environment takes the rights of the whole. */
const ofOneHost = table
  .filter(({ request }) => request.includes('production') && !ofTheWhole.test(request))
  .map((row) => ({ ...row, request: row.request.replace('production', 'production%40web-1') }))

/** What a role on every environment may do besides. */
const everywhere: Record<string, readonly Role[]> = {
  'POST /v1/advisories': deploying,
  'POST /v1/ledger/verify': everyRole,
  'POST /v1/ledger/take-over': ['admin'],
  'GET /v1/ledger/export': ['admin'],
  'POST /v1/principals': ['admin'],
  'GET /v1/principals': ['admin'],
  'DELETE /v1/principals/nobody': ['admin'],
}

beforeAll(async () => {
  postgres = await startScratchPostgres()
  subject = await openApiUnderTest(postgres)
  await subject.addPrincipal('maker', [{ environment: '*', role: 'admin' }])
  for (const role of roles) {
    await subject.addPrincipal(`${role} of production`, [{ environment: 'production', role }])
    await subject.addPrincipal(`${role} of staging`, [{ environment: 'staging', role }])
    await subject.addPrincipal(`${role} of all`, [{ environment: '*', role }])
  }
  await createShopRelease(subject, { version: '1.0.0', maker: 'maker' })
  const answer = await subject.ask(`POST ${env}/deployments`, { as: 'maker', body: { release: '1.0.0' } })
  await appendObserved(subject.installation, { id: observedId, environment: 'production' })
  waiting = ((await answer.json()) as { id: string }).id
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})

async function isForbidden(row: Row, as: string): Promise<boolean> {
  const answer = await subject.ask(row.request.replace('{id}', waiting), {
    as,
    ...(row.body === undefined ? {} : { body: row.body }),
  })
  await answer.body?.cancel()
  if ([401, 500].includes(answer.status)) throw new Error(`${row.request} answered ${answer.status}`)
  return answer.status === 403
}

describe('who may do what', () => {
  it('is told here for every route there is', () => {
    const told = new Set(
      table.map(({ request }) =>
        (request.split('?')[0] ?? '')
          .replace(env, '/v1/environments/{environment}')
          .replace('1.0.0', '{version}')
          .replace('ev_00000000', '{id}')
          .replace('nobody', '{name}')
          .replace(observedId, '{id}'),
      ),
    )
    const routes = subject.api.openAPIRegistry.definitions.flatMap((definition) =>
      definition.type === 'route' && definition.route.path.startsWith('/v1/')
        ? [`${definition.route.method.toUpperCase()} ${definition.route.path}`]
        : [],
    )
    expect([...told].toSorted()).toEqual(routes.toSorted())
  })

  it.each([...table, ...ofOneHost])('$request asks for a token', async ({ request, body }) => {
    const answer = await subject.ask(request.replace('{id}', waiting), body === undefined ? {} : { body })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  it.each([...table, ...ofOneHost])('$request is for its roles and nobody else', async (row) => {
    const outcome = { here: [] as Role[], elsewhere: [] as Role[], everywhere: [] as Role[] }
    for (const role of roles) {
      if (!(await isForbidden(row, `${role} of production`))) outcome.here.push(role)
      if (!(await isForbidden(row, `${role} of staging`))) outcome.elsewhere.push(role)
      if (!(await isForbidden(row, `${role} of all`))) outcome.everywhere.push(role)
    }
    expect(outcome).toEqual({
      here: row.may,
      elsewhere: row.elsewhere,
      everywhere: everywhere[row.request] ?? row.may,
    })
  })

  it.each(['adoption', 'ejection', 'checks'])(
    '%s is of the whole: one host is no name for it',
    async (what) => {
      const row = table.find(({ request }) => request === `POST ${env}/${what}`)
      const answer = await subject.ask(`POST ${env}%40web-1/${what}`, { as: 'admin of all', body: row?.body })
      expect(answer.status).toBe(422)
    },
  )

  it('a viewer of one environment sees no other in any listing', async () => {
    const seen = await subject.ask('GET /v1/environments', { as: 'viewer of staging' })
    expect(await seen.json()).toMatchObject({ items: [] })
    const deployments = await subject.ask('GET /v1/deployments', { as: 'viewer of staging' })
    expect(await deployments.json()).toMatchObject({ items: [] })
    for (const path of ['/v1/ledger/events', '/v1/stream', '/v1/stream?environment=production'])
      expect((await subject.ask(`GET ${path}`, { as: 'viewer of staging' })).status).toBe(403)
  })

  it('the health of the server and its description need no token', async () => {
    expect((await subject.ask('GET /healthz')).status).toBe(200)
    expect((await subject.api.request('http://127.0.0.1/openapi.json')).status).toBe(200)
  })
})
