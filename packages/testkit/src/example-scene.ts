import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { removeByLabel } from './docker.ts'
import { buildExampleImages } from './example-images.ts'
import type { ExampleImages, ExampleRelease } from './example-images.ts'
import { writeProject } from './example-project.ts'
import type { ExampleProject, ExampleStrategy } from './example-project.ts'
import { ensureHaproxyImage, ensureNginxImage } from './images.ts'
import { freePort } from './ports.ts'
import { startManagedPostgres } from './postgres.ts'
import type { ManagedPostgres } from './postgres.ts'
import { projectFiles } from './project-files.ts'
import { startRegistry } from './registry.ts'
import type { RunningRegistry } from './registry.ts'
import { dockerSocket } from './setup/engine.ts'
import { startServerProcess } from './server-process.ts'
import type { ServerProcess, ServerProcessOptions } from './server-process.ts'
import { startSshHost } from './ssh-host.ts'
import type { SshTestHost } from './ssh-host.ts'

/** The example project with all its real engines and a server, for system tests. Everything is this scene's own. */
export interface ExampleScene {
  folder: string
  registry: RunningRegistry
  postgres: ManagedPostgres
  project: ExampleProject
  server: ServerProcess
  build(release: Omit<ExampleRelease, 'registry'>): Promise<ExampleImages>
  /** How this scene's server reaches an engine that listens here: the socket itself, or the same over SSH. */
  addressOf(socketPath: string): string
  /** Creates a release of these images by API. */
  createRelease(version: string, images: ExampleImages): Promise<void>
  /** Stops or kills nothing: starts a server over the same state after the one before is gone. */
  startServer(options?: Pick<ServerProcessOptions, 'entry' | 'env'>): Promise<ServerProcess>
  close(): Promise<void>
}

export interface SceneOptions {
  strategy?: ExampleStrategy
  reconcileMs?: number
  account?: { user: string; password: string }
  /** Approvals and needs of production are off unless told: most tests are about something else. */
  productionPolicy?: boolean
  /** Environment variables of the server. */
  env?: Record<string, string>
}

/** With this set, tests that know of no host run over SSH, each call of the engine and each file of the edge. */
const overSsh = process.env['TOWPATH_TEST_OVER_SSH'] === '1'

/** Sets the scene; takes seconds. */
export async function setScene(options: SceneOptions = {}): Promise<ExampleScene> {
  const host =
    overSsh && options.env?.['TOWPATH_SSH_CONFIG'] === undefined
      ? await startSshHost({ engineSocket: dockerSocket() })
      : null
  const folder = await mkdtemp(join(tmpdir(), 'towpath-scene-'))
  const registry = await startRegistry(options.account === undefined ? {} : { auth: options.account })
  const postgres = await startManagedPostgres(join(folder, 'database'))
  const serverOptions = {
    stateDir: join(folder, 'state'),
    edgeImage: await ensureHaproxyImage(),
    reconcileMs: options.reconcileMs ?? 2_000,
    env: { ...options.env, ...(host === null ? {} : { TOWPATH_SSH_CONFIG: host.configFile }) },
  }
  const server = await startServerProcess(serverOptions)
  const project = await writeProject({
    folder: join(folder, 'project'),
    registryHost: registry.host,
    nginxImage: await ensureNginxImage(),
    recipient: server.recipient,
    databases: {
      staging: await postgres.ensureDatabase('refactor_staging'),
      production: await postgres.ensureDatabase('refactor'),
    },
    httpPorts: { staging: await freePort(), production: await freePort() },
    strategy: options.strategy ?? { drain: '1s', bake: '1s', warm: '10m' },
    stagingBaked: '0s',
    productionPolicy: options.productionPolicy ?? false,
    ...(options.account === undefined ? {} : { account: options.account }),
    ...(host === null ? {} : { engine: host.address }),
  })
  return sceneOf({ folder, registry, postgres, project, server, serverOptions, host })
}

function sceneOf(facts: {
  folder: string
  registry: RunningRegistry
  postgres: ManagedPostgres
  project: ExampleProject
  server: ServerProcess
  serverOptions: ServerProcessOptions
  host: SshTestHost | null
}): ExampleScene {
  const { folder, registry, postgres, project, serverOptions, host } = facts
  const { tokens } = facts.server
  const scene: ExampleScene = {
    folder,
    registry,
    postgres,
    project,
    server: facts.server,
    build: (release) => buildExampleImages({ ...release, registry }),
    addressOf: (socketPath) => host?.addressOf(socketPath) ?? `unix://${socketPath}`,
    createRelease: async (version, images) => {
      const files = await projectFiles(project.folder)
      await scene.server.post('/v1/releases', { version, builds: images, schema: 'expand', files }, 'dev')
    },
    startServer: async (given = {}) => {
      scene.server = await startServerProcess({
        ...serverOptions,
        ...given,
        env: { ...serverOptions.env, ...given.env },
        tokens,
      })
      return scene.server
    },
    close: async () => {
      await scene.server.stop()
      await removeByLabel(`towpath.installation=${scene.server.installation}`)
      await postgres.stop()
      await registry.stop()
      await host?.close()
      for (const database of ['database', join('state', 'database')])
        await removeEmbeddedPostgres({ dataDir: join(folder, database) })
      await rm(folder, { recursive: true, force: true })
    },
  }
  return scene
}
