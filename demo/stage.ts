import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { buildExampleImages } from '@towpath/testkit/example-images.ts'
import type { Behaviour, ExampleImages } from '@towpath/testkit/example-images.ts'
import { ensureHaproxyImage, ensureNginxImage } from '@towpath/testkit/images.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { startManagedPostgres } from '@towpath/testkit/postgres.ts'
import type { ManagedPostgres } from '@towpath/testkit/postgres.ts'
import { startRegistry } from '@towpath/testkit/registry.ts'
import type { RunningRegistry } from '@towpath/testkit/registry.ts'
import { removeByLabel } from '@towpath/testkit/docker.ts'
import { writeProject } from '@towpath/testkit/example-project.ts'
import type { ExampleProject, ExampleStrategy } from '@towpath/testkit/example-project.ts'
import { startServerProcess } from '@towpath/testkit/server-process.ts'
import type { ServerProcess } from '@towpath/testkit/server-process.ts'

/** One release of the story and what becomes of it. */
export interface StoryRelease {
  version: string
  /** How its services behave in production; good unless told. */
  backend?: Behaviour
  frontend?: Behaviour
  /** Databases know it as migrations 1 to this. */
  schemaLevel: number
}

/** Everything around the story: real engines on this machine, all of it ours and removable. */
export interface Stage {
  folder: string
  registry: RunningRegistry
  postgres: ManagedPostgres
  server: ServerProcess
  project: ExampleProject
  images: Map<string, ExampleImages>
  close(options: { removeContainers: boolean }): Promise<void>
}

type Say = (line: string) => void

/** Brings registry, database, images and server up. Says each in one line. Bad releases misbehave in production only. */
export async function setStage(
  { folder, releases }: { folder: string; releases: StoryRelease[] },
  say: Say,
): Promise<Stage> {
  await mkdir(folder, { recursive: true })
  const timed = timer(say)
  const registry = await timed(
    'registry',
    () => startRegistry(),
    (made) => made.host,
  )
  const postgres = await timed(
    'the app’s database, outside its compose file',
    () => startManagedPostgres(join(folder, 'database')),
    (made) => `PostgreSQL ${made.version}`,
  )
  const edgeImage = await timed(
    'edge image',
    () => ensureHaproxyImage(),
    (image) => image,
  )
  const nginxImage = await timed(
    'nginx image',
    () => ensureNginxImage(),
    (image) => image,
  )
  const images = await timed(
    `${releases.length} releases built and pushed`,
    () => buildReleases(releases, registry),
    () => releases.map((release) => release.version).join(', '),
  )
  const server = await timed(
    'towpath server, embedded PostgreSQL',
    () => startServerProcess({ stateDir: join(folder, 'state'), edgeImage, reconcileMs: 5_000 }),
    (made) => made.url,
  )
  const project = await layProject({ folder, registry, postgres, server, nginxImage })
  return {
    folder,
    registry,
    postgres,
    server,
    project,
    images,
    close: async ({ removeContainers }) => {
      await server.stop()
      if (removeContainers) sayLeft(await removeByLabel(`towpath.installation=${server.installation}`), say)
      await postgres.stop()
      await registry.stop()
      if (removeContainers) await removeFolder(folder)
    },
  }
}

/** As the example's own, with shorter times: here the traffic is steady and nobody waits for an hour. */
const demoStrategy: ExampleStrategy = {
  ...{ drain: '3s', bake: '5s', warm: '10m' },
  services: {
    backend: { type: 'handoff', cut: '1s' },
    frontend: {
      ...{ type: 'canary', weights: ['5%', '25%', '50%'], cohort: true },
      ...{ at_least: '1s', at_most: '2m' },
    },
  },
}

async function layProject(
  facts: Pick<Stage, 'folder' | 'registry' | 'postgres' | 'server'> & { nginxImage: string },
): Promise<ExampleProject> {
  const { folder, registry, postgres, server, nginxImage } = facts
  return await writeProject({
    folder: join(folder, 'project'),
    registryHost: registry.host,
    nginxImage,
    recipient: server.recipient,
    databases: {
      staging: await postgres.ensureDatabase('refactor_staging'),
      production: await postgres.ensureDatabase('refactor'),
    },
    httpPorts: { staging: await freePort(), production: await freePort() },
    strategy: demoStrategy,
    stagingBaked: '1s',
    healthyWithin: '6s',
  })
}

async function buildReleases(
  releases: StoryRelease[],
  registry: RunningRegistry,
): Promise<Map<string, ExampleImages>> {
  const images = new Map<string, ExampleImages>()
  // One after the other: each push finds the layers of the one before.
  for (const { version, backend = 'good', frontend = 'good', schemaLevel } of releases)
    images.set(
      version,
      await buildExampleImages({
        ...{ version, schemaLevel, registry, behaviourIn: 'production' },
        ...{ behaviour: backend, frontendBehaviour: frontend },
      }),
    )
  return images
}

const timer =
  (say: Say) =>
  async <T>(what: string, make: () => Promise<T>, tell: (made: T) => string): Promise<T> => {
    const startedAt = performance.now()
    const made = await make()
    say(`  + ${what}: ${tell(made)} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`)
    return made
  }

/** The databases first: as root they live outside the folder, where their own account can reach them. */
async function removeFolder(folder: string): Promise<void> {
  for (const database of ['database', join('state', 'database')])
    await removeEmbeddedPostgres({ dataDir: join(folder, database) })
  await rm(folder, { recursive: true, force: true })
}

const sayLeft = (networks: string[], say: Say): void => {
  for (const network of networks)
    say(`  the engine does not let the network ${network} go; remove it after its restart`)
}

/** Where the demo keeps what it makes, and what tells `--clean` about it. */
export async function rememberStage(folder: string, installation: string): Promise<void> {
  await writeFile(join(folder, 'demo.json'), JSON.stringify({ installation, pid: process.pid }))
}
