import type Docker from 'dockerode'
import { build } from 'esbuild'
import { join } from 'node:path'
import { connectDocker } from './docker.ts'
import { buildAppImage, pushImage, type RegistryTarget } from './images.ts'

/** How an example release behaves; see `examples/refactor/apps/service/behaviour.js`. */
export type Behaviour =
  | 'good'
  | 'never-healthy'
  | `slow-start:${number}`
  | 'exits-at-start'
  | `dies-after:${number}`
  | `errors:${number}`
  | `slow:${number}`
  | 'ignores-sigterm'
  | 'exits-at-sigterm'

export interface ExampleRelease {
  version: string
  /** Of the backend; the frontend is good unless told otherwise. */
  behaviour?: Behaviour
  frontendBehaviour?: Behaviour
  /** The backend misbehaves where RUST_ENV is this and is good elsewhere, as life has it; everywhere when left out. */
  behaviourIn?: string
  /** How many of the migrations this release knows: 1 to 3. */
  schemaLevel?: number
  registry: RegistryTarget
}

export interface ExampleImages {
  /** References by digest in the registry, ready for a release. */
  backend: string
  frontend: string
}

const appsFolder = join(import.meta.dirname, '../../../examples/refactor/apps')

/**
 * Builds backend (with its migrator) and frontend of one example release and pushes both. The first push to a fresh
 * registry compresses the shared Node layer, which takes seconds; later ones take tens of milliseconds.
 */
export const buildExampleImages = async (
  release: ExampleRelease,
  docker: Docker = connectDocker(),
): Promise<ExampleImages> => {
  const { behaviour = 'good', frontendBehaviour = 'good', schemaLevel = 1 } = release
  const common = { RELEASE: release.version, NODE_ENV: 'production' }
  const backend = await publish(docker, release, {
    app: 'backend',
    env: {
      ...common,
      BEHAVIOUR: behaviour,
      SCHEMA_LEVEL: String(schemaLevel),
      ...(release.behaviourIn === undefined ? {} : { BEHAVIOUR_IN: release.behaviourIn }),
    },
    port: 4000,
  })
  // One after the other: the second push finds the shared layer in the registry.
  const frontend = await publish(docker, release, {
    app: 'frontend',
    env: { ...common, BEHAVIOUR: frontendBehaviour },
    port: 3000,
  })
  return { backend, frontend }
}

interface ExampleApp {
  app: 'backend' | 'frontend'
  env: Record<string, string>
  port: number
}

const publish = async (
  docker: Docker,
  { version, registry }: ExampleRelease,
  { app, env, port }: ExampleApp,
) => {
  const tag = `${version}-${(env['BEHAVIOUR'] ?? 'good').replaceAll(/[^a-z0-9.-]/g, '-')}`
  const image = await buildAppImage(
    {
      name: `towpath-example/${app}:${tag}`,
      files: { '/app/main.cjs': await bundled(app) },
      env,
      entrypoint: ['node', '/app/main.cjs'],
      exposed: port,
    },
    docker,
  )
  const repository = `refactor/${app}`
  const digest = await pushImage(image, { registry, repository, tag: version }, docker)
  return `${registry.host}/${repository}@${digest}`
}

const bundles = new Map<string, Promise<Buffer>>()

/** The app, its PostgreSQL client and its WebSockets as one file; made once per process. */
const bundled = (app: string): Promise<Buffer> => {
  const made = bundles.get(app) ?? bundle(app)
  bundles.set(app, made)
  return made
}

const bundle = async (app: string): Promise<Buffer> => {
  const { outputFiles } = await build({
    entryPoints: [join(appsFolder, app, 'main.js')],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    write: false,
    external: ['pg-native', 'pg-cloudflare', 'bufferutil', 'utf-8-validate'],
    logLevel: 'silent',
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error(`esbuild made no file of ${app}`)
  return Buffer.from(file.contents)
}
