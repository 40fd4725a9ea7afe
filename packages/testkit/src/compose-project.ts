import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import type Docker from 'dockerode'
import { connectDocker, removeByLabel } from './docker.ts'
import type { ExampleImages } from './example-images.ts'
import { dotenv } from './example-project.ts'
import type { ExampleScene } from './example-scene.ts'
import { freePort } from './ports.ts'
import type { SecondEngine } from './second-engine.ts'
import { dockerSocket } from './setup/engine.ts'

const actWithinMs = 180_000
const runFile = promisify(execFile)

/** The example project the way its users run it today: nginx in front with fixed upstreams, and `up -d`. */
export interface ComposeProject {
  /** As Compose knows it. */
  name: string
  folder: string
  /** Program and version, for people. */
  program: string
  /** Where nginx is published. */
  address: string
  port: number
  docker: Docker
  /** Fetches images that are named by tag. */
  pull(images: ExampleImages): Promise<void>
  /** Brings the images up in place of those before, as a deploy script does. */
  up(images: ExampleImages): Promise<void>
  /** Any other command of Compose on the project, with the images that are up. */
  compose(...args: string[]): Promise<void>
  /** What a unit or a person does: lines of a shell in the project's folder, where `$compose` is their Compose. */
  script(lines: string): Promise<void>
  close(): Promise<void>
}

export interface ComposeProjectOptions {
  port?: number
  database?: string
  /** Runs there, and is reached at its address. */
  engine?: SecondEngine
}

/**
 * Lays the scene's compose file beside it, under a project name of its own, and what it asks for in `.env`. Its container
 * names are taken out, so that it can stand beside the scene; nothing else of it changes.
 */
export async function layComposeProject(
  scene: ExampleScene,
  given: ComposeProjectOptions = {},
): Promise<ComposeProject> {
  const { argv, version } = await composeProgram()
  const { engine } = given
  const folder = await mkdtemp(join(tmpdir(), 'towpath-compose-'))
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
  const port = given.port ?? (await freePort())
  await layFiles(scene.project.folder, folder)
  const settings = {
    COMPOSE_PROJECT_NAME: name,
    ...(await settingsFor(scene, { port, database: given.database ?? 'refactor_compose' })),
  }
  const env = { DOCKER_HOST: `unix://${engine?.socketPath ?? dockerSocket()}` }
  const ask = (...args: string[]): Promise<string> => run([...argv, ...args], { cwd: folder, env })
  const setImages = (images: ExampleImages): Promise<void> =>
    writeFile(join(folder, '.env'), dotenv({ ...settings, ...variablesOf(images) }))
  const docker = engine?.docker ?? connectDocker()
  return {
    ...{ name, folder, port, docker, program: version, address: engine?.address ?? '127.0.0.1' },
    pull: async (wanted) => {
      await setImages(wanted)
      await ask('pull', 'migrator', 'rust-app', 'nextjs-app')
    },
    up: async (wanted) => {
      await setImages(wanted)
      await ask('up', '-d', '--no-build')
    },
    compose: async (...args) => void (await ask(...args)),
    script: async (lines) =>
      void (await run(['sh', '-ec', lines], { cwd: folder, env: { ...env, compose: argv.join(' ') } })),
    close: async () => {
      await removeByLabel(`com.docker.compose.project=${name}`, docker)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const variablesOf = ({ backend, frontend }: ExampleImages): Record<string, string> => ({
  BACKEND_IMAGE_NAME: backend,
  FRONTEND_IMAGE_NAME: frontend,
})

/** The one that `TOWPATH_COMPOSE` names, Compose v2 where the machine has it, else the Python one of Debian 12. */
async function composeProgram(): Promise<{ argv: string[]; version: string }> {
  const named = process.env['TOWPATH_COMPOSE']
  if (named !== undefined)
    return { argv: [named], version: `docker compose ${(await run([named, 'version', '--short'])).trim()}` }
  const plugin = await run(['docker', 'compose', 'version', '--short']).catch(() => null)
  if (plugin !== null) return { argv: ['docker', 'compose'], version: `docker compose ${plugin.trim()}` }
  const version = await run(['docker-compose', 'version', '--short'])
  return { argv: ['docker-compose'], version: `docker-compose ${version.trim()}` }
}

async function run(
  [file = '', ...args]: string[],
  { env = {}, cwd }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<string> {
  const { stdout } = await runFile(file, args, {
    env: { ...process.env, ...env },
    timeout: actWithinMs,
    maxBuffer: 16 * 1024 * 1024,
    ...(cwd === undefined ? {} : { cwd }),
  })
  return stdout
}

/** The scene's compose file without the names that it fixes, and what it mounts. */
export async function layFiles(from: string, to: string): Promise<void> {
  const text = await readFile(join(from, 'docker-compose.yaml'), 'utf8')
  await writeFile(join(to, 'docker-compose.yaml'), text.replaceAll(/^ *container_name:.*\n/gm, ''))
  await cp(join(from, 'nginx'), join(to, 'nginx'), { recursive: true })
  // Named as a build context: docker-compose 1.29 refuses a file whose contexts are missing.
  await mkdir(join(to, 'apps'))
}

/** What the compose file asks for, with a database of this name. */
export async function settingsFor(
  scene: ExampleScene,
  { port, database: name }: { port: number; database: string },
): Promise<Record<string, string>> {
  const files = ['shared.env', 'production.env'].map((file) =>
    readFile(join(scene.project.folder, 'env', file), 'utf8'),
  )
  const [common = '', production = ''] = await Promise.all(files)
  const database = await scene.postgres.ensureDatabase(name)
  return {
    ...plain(parseEnv(common)),
    ...plain(parseEnv(production)),
    ...database.settings,
    MAILERSEND_API_KEY: 'example-only-mail-key',
    HTTP_PORT: String(port),
  }
}

const plain = (values: NodeJS.Dict<string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? '']))
