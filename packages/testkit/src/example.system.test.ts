import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { healthy, openExampleContainers, type ExampleContainers } from './example-containers.ts'
import { ensureNginxImage } from './images.ts'
import { startLoad } from './load/start-load.ts'
import { until } from './wait.ts'

const exampleFolder = join(import.meta.dirname, '../../../examples/refactor')

let example: ExampleContainers

beforeAll(async () => {
  example = await openExampleContainers()
})
afterEach(() => example.removeAll())
afterAll(() => example.close())

const migrate = async (image: string, deployment: string) => {
  const migrator = await example.start(image, { env: { ROLE: 'migrator', TOWPATH_DEPLOYMENT: deployment } })
  return migrator.exit()
}

test('the migrator brings the database up, leaves one row per run, and refuses one newer than itself', async () => {
  const [older, newer] = [await example.release('good', 1), await example.release('good', 2)]
  expect(await migrate(older.backend, 'dep_1')).toBe(0)
  expect(await migrate(newer.backend, 'dep_2')).toBe(0)
  expect(await migrate(newer.backend, 'dep_3')).toBe(0)
  expect(await migrate(older.backend, 'dep_4')).toBe(3)

  const client = new pg.Client({ connectionString: example.database.url })
  await client.connect()
  const { rows } = await client.query('select release, deployment from migration_run order by id')
  const levels = await client.query('select level from schema_migration order by level')
  await client.end()
  expect(rows.map((row) => `${row.release} ${row.deployment}`)).toEqual([
    `${older.version} dep_1`,
    `${newer.version} dep_2`,
    `${newer.version} dep_3`,
    `${older.version} dep_4`,
  ])
  expect(levels.rows).toEqual([{ level: 1 }, { level: 2 }])
})

/** By `node:http`: fetch does not let one say which Host is meant. */
const ask = (address: string, { host, path, body }: { host: string; path: string; body?: string }) =>
  new Promise<{ status: number | undefined; release: unknown; body: string }>((resolve, reject) => {
    const asked = request({
      host: address,
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: { host },
    })
    asked.once('error', reject)
    asked.once('response', (answer) => {
      const { statusCode: status, headers } = answer
      text(answer).then((heard) => resolve({ status, release: headers['x-release'], body: heard }), reject)
    })
    asked.end(body)
  })

/** With the frontend behind it, which it must be able to name when it starts. */
const startNginx = async (frontend: string) => {
  await example.start(frontend, { alias: 'nextjs-app' })
  const mounts = ['nginx.conf', 'conf.d'].map(
    (name) => `${exampleFolder}/nginx/${name}:/etc/nginx/${name}:ro`,
  )
  return example.start(await ensureNginxImage(), { binds: mounts })
}

test('nginx in front leads /api to the backend and the rest to the frontend, under its own name only', async () => {
  const { backend, frontend, version } = await example.release('good', 2)
  expect(await migrate(backend, 'dep_5')).toBe(0)
  await healthy(await example.start(backend, { alias: 'rust-app', env: { ROLE: 'app' } }))
  const nginx = await startNginx(frontend)
  const host = 'refactor.localhost'
  const page = await until(() => ask(nginx.address, { host, path: '/' }), { withinMs: 10_000 })

  expect(page).toMatchObject({
    status: 200,
    release: version,
    body: expect.stringContaining(`Frontend ${version}`),
  })
  const added = await ask(nginx.address, { host, path: '/api/items', body: '{"name":"oar"}' })
  expect(added).toMatchObject({ status: 201, release: version })
  const items = await ask(nginx.address, { host, path: '/api/items' })
  expect(JSON.parse(items.body)).toMatchObject([{ name: 'oar' }])
  expect(await ask(nginx.address, { host: 'elsewhere.test', path: '/' })).toMatchObject({ status: 421 })
  expect(await nginx.log()).toMatch(new RegExp(`"path":"/items","status":201,"release":"${version}"`))
})

test('a good release finishes what it has begun when it is told to stop, and counts what it answered', async () => {
  const app = await example.started('good')
  await healthy(app)
  const slow = app.get('/slow?ms=800')
  await until(async () => ((await (await app.get('/stats')).json()) as { inFlight: number }).inFlight === 1, {
    withinMs: 10_000,
  })
  await app.stop(10)
  expect((await slow).status).toBe(200)
  expect(await app.exit()).toBe(0)
  expect(await app.lastCounts()).toMatchObject({
    when: 'final',
    answered: { 200: 1 },
    aborted: 0,
    inFlight: 0,
  })
})

test('a release that starts slowly is healthy when its time has come, and not before', async () => {
  const app = await example.started('slow-start:2500')
  const first = await until(() => app.get('/health'), { withinMs: 30_000, everyMs: 20 })
  expect([first.status, await first.text()]).toEqual([503, expect.stringContaining('slow to start')])
  await healthy(app)
})

test('a release that is never healthy says so, and serves', async () => {
  const app = await example.started('never-healthy')
  const answer = await until(() => app.get('/health'), { withinMs: 30_000 })
  expect(answer.status).toBe(503)
  expect((await app.get('/')).status).toBe(200)
})

test('a release that fails by design fails by its ratio, never its health', async () => {
  const app = await example.started('errors:0.25')
  await healthy(app)
  const statuses = []
  for (let sent = 0; sent < 40; sent += 1) statuses.push((await app.get('/')).status)
  expect(statuses.filter((status) => status === 500)).toHaveLength(10)
  await until(async () => (await app.log()).includes('"when":"paused"'), { withinMs: 10_000 })
  expect(await app.lastCounts()).toMatchObject({ answered: { 200: 30, 500: 10 } })
})

test('a release that dies does so only after traffic came, and exits with an error', async () => {
  const app = await example.started('dies-after:200')
  await healthy(app)
  for (let sent = 0; sent < 10; sent += 1) expect((await app.get('/')).status).toBe(200)
  expect(await app.exit()).toBe(1)
  expect(await app.lastCounts()).toMatchObject({ when: 'final', answered: { 200: 10 } })
})

test('a release that ignores SIGTERM has to be killed; one that exits at it goes at once', async () => {
  const [deaf, hasty] = [await example.started('ignores-sigterm'), await example.started('exits-at-sigterm')]
  await Promise.all([healthy(deaf), healthy(hasty)])
  await Promise.all([deaf.stop(1), hasty.stop(10)])
  expect([await deaf.exit(), await hasty.exit()]).toEqual([137, 0])
})

test('a backend without its database is not healthy and says why', async () => {
  const { backend } = await example.release()
  const nowhere = example.database.containerUrl.replace(/:\d+\//, ':1/')
  const app = await example.start(backend, { env: { DATABASE_URL: nowhere } })
  const answer = await until(() => app.get('/health'), { withinMs: 30_000 })
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('ECONNREFUSED')])
})

test('the load client and the app agree on every request, through nginx and all', async () => {
  const { backend, frontend, version } = await example.release('errors:0.1', 2)
  expect(await migrate(backend, 'dep_6')).toBe(0)
  const app = await example.start(backend, { alias: 'rust-app', env: { ROLE: 'app' } })
  await healthy(app)
  const nginx = await startNginx(frontend)
  const host = 'refactor.localhost'
  const site = `http://${nginx.address}`
  await until(() => ask(nginx.address, { host, path: '/' }), { withinMs: 10_000 })
  const load = await startLoad({
    targets: [
      { url: `${site}/api/items`, host, weight: 3 },
      { url: `${site}/api/items`, host, weight: 1, method: 'POST', body: '{"name":"pole"}' },
    ],
    slow: { url: `${site}/api/slow?ms=500`, host, everyMs: 100 },
    ratePerSecond: 200,
    connections: 16,
  })
  await until(async () => (await load.snapshot()).sent > 500, { withinMs: 60_000 })
  const report = await load.stop()
  const stats = (await (await app.get('/stats')).json()) as { answered: Record<string, number> }

  expect(report).toMatchObject({ dropped: 0, inFlight: 0 })
  expect(Object.keys(report.byRelease)).toEqual([version])
  expect(report.byRelease[version]?.byStatus).toEqual(stats.answered)
  expect(stats.answered['500']).toBe(report.failed)
})
