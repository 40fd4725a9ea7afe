import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connectDocker, removeByLabel } from './docker.ts'
import { buildExampleImages, type Behaviour } from './example-images.ts'
import { ensureNginxImage } from './images.ts'
import { startLoad } from './load/start-load.ts'
import { startManagedPostgres, type ManagedDatabase, type ManagedPostgres } from './postgres.ts'
import { startRegistry, type RunningRegistry } from './registry.ts'
import { until } from './wait.ts'

const docker = connectDocker()
const run = `example-test-${randomUUID().slice(0, 8)}`
const Labels = { 'towpath.testkit.run': run }
const exampleFolder = join(import.meta.dirname, '../../../examples/refactor')

let dataDir: string
let server: ManagedPostgres
let database: ManagedDatabase
let registry: RunningRegistry

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'towpath-example-test-'))
  server = await startManagedPostgres(dataDir)
  database = await server.ensureDatabase('refactor')
  registry = await startRegistry()
  await docker.createNetwork({ Name: run, Labels })
})

afterAll(async () => {
  await removeByLabel(`towpath.testkit.run=${run}`)
  await registry.stop()
  await server.stop()
  await removeEmbeddedPostgres({ dataDir })
  await rm(dataDir, { recursive: true, force: true })
})

const start = async (Image: string, { alias = 'none', env = {}, binds = [] as string[] }) => {
  const Env = Object.entries({ DATABASE_URL: database.containerUrl, ...env }).map((pair) => pair.join('='))
  const container = await docker.createContainer({
    Image,
    Env,
    Labels,
    Tty: true,
    HostConfig: { Binds: binds, NetworkMode: run },
    NetworkingConfig: { EndpointsConfig: { [run]: { Aliases: [alias] } } },
  })
  await container.start()
  const address = (await container.inspect()).NetworkSettings.Networks[run]?.IPAddress ?? ''
  return {
    container,
    address,
    get: (path: string, port = 4000) => fetch(`http://${address}:${port}${path}`),
    exit: async () => ((await container.wait()) as { StatusCode: number }).StatusCode,
    log: async () => (await container.logs({ stdout: true, stderr: true })).toString(),
  }
}

afterEach(async () => {
  const containers = await docker.listContainers({
    all: true,
    filters: { label: [`towpath.testkit.run=${run}`] },
  })
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
})

let nth = 0

/** Pulls what it starts, as a host would. */
const release = async (behaviour: Behaviour = 'good', schemaLevel = 1) => {
  nth += 1
  const images = await buildExampleImages({ version: `1.${nth}.0`, behaviour, schemaLevel, registry })
  return { ...images, version: `1.${nth}.0` }
}

const pulled = async (image: string) => {
  const progress = await docker.pull(image)
  await new Promise((done) => docker.modem.followProgress(progress, done))
  return image
}

const migrate = async (image: string, deployment: string) => {
  const migrator = await start(await pulled(image), {
    env: { ROLE: 'migrator', TOWPATH_DEPLOYMENT: deployment },
  })
  return migrator.exit()
}

const healthy = (app: Awaited<ReturnType<typeof start>>) =>
  until(async () => (await app.get('/health')).ok, { withinMs: 30_000, what: 'backend is healthy' })

const lastCounts = async (app: Awaited<ReturnType<typeof start>>) => {
  const lines = (await app.log()).split(/\r?\n/).filter((line) => line.includes('request counts'))
  return JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>
}

test('the migrator brings the database up, leaves one row per run, and refuses one newer than itself', async () => {
  const [older, newer] = [await release('good', 1), await release('good', 2)]
  expect(await migrate(older.backend, 'dep_1')).toBe(0)
  expect(await migrate(newer.backend, 'dep_2')).toBe(0)
  expect(await migrate(newer.backend, 'dep_3')).toBe(0)
  expect(await migrate(older.backend, 'dep_4')).toBe(3)

  const client = new pg.Client({ connectionString: database.url })
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
  await start(await pulled(frontend), { alias: 'nextjs-app' })
  const mounts = ['nginx.conf', 'conf.d'].map(
    (name) => `${exampleFolder}/nginx/${name}:/etc/nginx/${name}:ro`,
  )
  return start(await ensureNginxImage(), { binds: mounts })
}

test('nginx in front leads /api to the backend and the rest to the frontend, under its own name only', async () => {
  const { backend, frontend, version } = await release('good', 2)
  expect(await migrate(backend, 'dep_5')).toBe(0)
  await healthy(await start(backend, { alias: 'rust-app', env: { ROLE: 'app' } }))
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

const started = async (behaviour: Behaviour) => start(await pulled((await release(behaviour)).backend), {})

test('a good release finishes what it has begun when it is told to stop, and counts what it answered', async () => {
  const app = await started('good')
  await healthy(app)
  const slow = app.get('/slow?ms=800')
  await until(async () => ((await (await app.get('/stats')).json()) as { inFlight: number }).inFlight === 1, {
    withinMs: 10_000,
  })
  await app.container.stop({ t: 10 })
  expect((await slow).status).toBe(200)
  expect(await app.exit()).toBe(0)
  expect(await lastCounts(app)).toMatchObject({
    when: 'final',
    answered: { 200: 1 },
    aborted: 0,
    inFlight: 0,
  })
})

test('a release that is never healthy says so, and serves', async () => {
  const app = await started('never-healthy')
  const answer = await until(() => app.get('/health'), { withinMs: 30_000 })
  expect(answer.status).toBe(503)
  expect((await app.get('/')).status).toBe(200)
})

test('a release that fails by design fails by its ratio, never its health', async () => {
  const app = await started('errors:0.25')
  await healthy(app)
  const statuses = []
  for (let sent = 0; sent < 40; sent += 1) statuses.push((await app.get('/')).status)
  expect(statuses.filter((status) => status === 500)).toHaveLength(10)
  await until(async () => (await app.log()).includes('"when":"paused"'), { withinMs: 10_000 })
  expect(await lastCounts(app)).toMatchObject({ answered: { 200: 30, 500: 10 } })
})

test('a release that dies does so only after traffic came, and exits with an error', async () => {
  const app = await started('dies-after:200')
  await healthy(app)
  for (let sent = 0; sent < 10; sent += 1) expect((await app.get('/')).status).toBe(200)
  expect(await app.exit()).toBe(1)
  expect(await lastCounts(app)).toMatchObject({ when: 'final', answered: { 200: 10 } })
})

test('a release that ignores SIGTERM has to be killed; one that exits at it goes at once', async () => {
  const [deaf, hasty] = [await started('ignores-sigterm'), await started('exits-at-sigterm')]
  await Promise.all([healthy(deaf), healthy(hasty)])
  await Promise.all([deaf.container.stop({ t: 1 }), hasty.container.stop({ t: 10 })])
  expect([await deaf.exit(), await hasty.exit()]).toEqual([137, 0])
})

test('a backend without its database is not healthy and says why', async () => {
  const { backend } = await release()
  const nowhere = database.containerUrl.replace(/:\d+\//, ':1/')
  const app = await start(await pulled(backend), { env: { DATABASE_URL: nowhere } })
  const answer = await until(() => app.get('/health'), { withinMs: 30_000 })
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('ECONNREFUSED')])
})

test('the load client and the app agree on every request, through nginx and all', async () => {
  const { backend, frontend, version } = await release('errors:0.1', 2)
  expect(await migrate(backend, 'dep_6')).toBe(0)
  const app = await start(backend, { alias: 'rust-app', env: { ROLE: 'app' } })
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
