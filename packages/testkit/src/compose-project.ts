import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { removeByLabel } from './docker.ts'
import type { ExampleImages } from './example-images.ts'
import type { ExampleScene } from './example-scene.ts'
import { freePort } from './ports.ts'

const actWithinMs = 180_000
const runFile = promisify(execFile)

/** The example project the way its users run it today: nginx in front with fixed upstreams, and `up -d`. */
export interface ComposeProject {
  /** As Compose knows it. */
  name: string
  folder: string
  /** Program and version, for people. */
  program: string
  port: number
  /** Fetches images that are named by tag. */
  pull(images: ExampleImages): Promise<void>
  /** Brings the images up in place of those before, as a deploy script does. */
  up(images: ExampleImages): Promise<void>
  /** Any other command of Compose on the project, with the images that are up. */
  compose(...args: string[]): Promise<void>
  close(): Promise<void>
}

/**
 * Lays the scene's compose file beside it, under a project name of its own. Its container names are taken out, so that
 * it can stand beside the scene; nothing else of it changes.
 */
export async function layComposeProject(
  scene: ExampleScene,
  given: { port?: number; database?: string } = {},
): Promise<ComposeProject> {
  const { argv, version } = await composeProgram()
  const folder = await mkdtemp(join(tmpdir(), 'towpath-compose-'))
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
  const port = given.port ?? (await freePort())
  await layFiles(scene.project.folder, folder)
  const settings = await settingsFor(scene, { port, database: given.database ?? 'refactor_compose' })
  let images = variablesOf({ backend: '', frontend: '' })
  const ask = (args: string[]) =>
    run([...argv, '-p', name, ...args], { cwd: folder, env: { ...settings, ...images } })
  return {
    ...{ name, folder, port, program: version },
    pull: async (wanted) => {
      images = variablesOf(wanted)
      await ask(['pull', 'migrator', 'rust-app', 'nextjs-app'])
    },
    up: async (wanted) => {
      images = variablesOf(wanted)
      await ask(['up', '-d', '--no-build'])
    },
    compose: async (...args) => void (await ask(args)),
    close: async () => {
      await removeByLabel(`com.docker.compose.project=${name}`)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const variablesOf = ({ backend, frontend }: ExampleImages): Record<string, string> => ({
  BACKEND_IMAGE_NAME: backend,
  FRONTEND_IMAGE_NAME: frontend,
})

/** Compose v2 where the machine has it, else the Python one of Debian 12. */
async function composeProgram(): Promise<{ argv: string[]; version: string }> {
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
