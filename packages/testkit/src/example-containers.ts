import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { connectDocker, removeByLabel } from './docker.ts'
import { buildExampleImages, type Behaviour, type ExampleImages } from './example-images.ts'
import { finished } from './image/import.ts'
import { startManagedPostgres, type ManagedDatabase } from './postgres.ts'
import { startRegistry } from './registry.ts'
import { until } from './wait.ts'

/** One running container of the example, asked directly: no proxy and no edge in between. */
export interface ExampleContainer {
  address: string
  get(path: string, port?: number): Promise<Response>
  /** Tells it to stop and kills it after `graceSeconds`; returns when it is gone. */
  stop(graceSeconds: number): Promise<void>
  /** Waits for its end and gives its exit code. */
  exit(): Promise<number>
  log(): Promise<string>
  /** What it said last of its own counts. */
  lastCounts(): Promise<Record<string, unknown>>
}

export interface ContainerOptions {
  /** Its name for the other containers. */
  alias?: string
  env?: Record<string, string>
  binds?: string[]
}

/** The example's apps as plain containers with a registry and a database, and without a Towpath server. */
export interface ExampleContainers {
  database: ManagedDatabase
  start(image: string, options?: ContainerOptions): Promise<ExampleContainer>
  /** Builds and pushes a release with a version of its own. */
  release(behaviour?: Behaviour, schemaLevel?: number): Promise<ExampleImages & { version: string }>
  /** The backend of a fresh release, running. */
  started(behaviour: Behaviour): Promise<ExampleContainer>
  removeAll(): Promise<void>
  close(): Promise<void>
}

/** Sets up what the apps need; takes seconds. */
export async function openExampleContainers(): Promise<ExampleContainers> {
  const docker = connectDocker()
  const network = `example-test-${randomUUID().slice(0, 8)}`
  const label = `towpath.testkit.run=${network}`
  const dataDir = await mkdtemp(join(tmpdir(), 'towpath-example-test-'))
  const postgres = await startManagedPostgres(dataDir)
  const database = await postgres.ensureDatabase('refactor')
  const registry = await startRegistry()
  await docker.createNetwork({ Name: network, Labels: { 'towpath.testkit.run': network } })
  let nth = 0
  const containers: ExampleContainers = {
    database,
    start: (image, options = {}) =>
      startContainer(image, { ...options, network, databaseUrl: database.containerUrl }),
    release: async (behaviour = 'good', schemaLevel = 1) => {
      nth += 1
      const version = `1.${nth}.0`
      return { ...(await buildExampleImages({ version, behaviour, schemaLevel, registry })), version }
    },
    started: async (behaviour) => containers.start((await containers.release(behaviour)).backend),
    removeAll: async () => {
      const all = await docker.listContainers({ all: true, filters: { label: [label] } })
      await Promise.all(all.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
    },
    close: async () => {
      await removeByLabel(label)
      await registry.stop()
      await postgres.stop()
      await removeEmbeddedPostgres({ dataDir })
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return containers
}

async function startContainer(
  image: string,
  facts: ContainerOptions & { network: string; databaseUrl: string },
): Promise<ExampleContainer> {
  const { alias = 'none', env = {}, binds = [], network, databaseUrl } = facts
  const docker = connectDocker()
  await pullPushed(image)
  const container = await docker.createContainer({
    Image: image,
    Env: Object.entries({ DATABASE_URL: databaseUrl, ...env }).map((pair) => pair.join('=')),
    Labels: { 'towpath.testkit.run': network },
    Tty: true,
    HostConfig: { Binds: binds, NetworkMode: network },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [alias] } } },
  })
  await container.start()
  const address = (await container.inspect()).NetworkSettings.Networks[network]?.IPAddress ?? ''
  const log = async () => (await container.logs({ stdout: true, stderr: true })).toString()
  return {
    address,
    get: (path, port = 4000) => fetch(`http://${address}:${port}${path}`),
    stop: (graceSeconds) => container.stop({ t: graceSeconds }),
    exit: async () => ((await container.wait()) as { StatusCode: number }).StatusCode,
    log,
    lastCounts: async () => {
      const lines = (await log()).split(/\r?\n/).filter((line) => line.includes('request counts'))
      return JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>
    },
  }
}

/** References by digest come from the registry, as a host gets them; the others are of this engine alone. */
async function pullPushed(image: string): Promise<void> {
  if (!image.includes('@')) return
  const docker = connectDocker()
  await finished(docker, await docker.pull(image))
}

/** Waits until the app answers its health check. */
export const healthy = (app: ExampleContainer): Promise<true> =>
  until(async () => (await app.get('/health')).ok, { withinMs: 30_000, what: 'backend is healthy' })
