import { removeByLabel } from '@towpath/testkit/docker.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseEnv } from 'node:util'
import { run } from '../checkout.ts'

const upWithinMs = 180_000

/** The example project the way its users run it today: nginx in front with fixed upstreams, and `up -d`. */
export interface ComposeProject {
  /** For the table: program and version. */
  program: string
  port: number
  /** Brings the images up in place of those before, as a deploy script does. */
  up(images: ExampleImages): Promise<void>
  close(): Promise<void>
}

/**
 * Lays the scene's compose file beside it, under a project name of its own. Its container names are taken out, so that
 * it can stand beside the scene; nothing else of it changes.
 */
export async function layComposeProject(scene: ExampleScene): Promise<ComposeProject> {
  const compose = await composeProgram()
  const folder = await mkdtemp(join(tmpdir(), 'towpath-bench-compose-'))
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
  const port = await freePort()
  await layFiles(scene.project.folder, folder)
  const settings = await settingsFor(scene, port)
  const ask = (args: string[], more: Record<string, string> = {}) =>
    run([...compose.argv, '-p', name, ...args], {
      cwd: folder,
      env: { ...settings, BACKEND_IMAGE_NAME: '', FRONTEND_IMAGE_NAME: '', ...more },
      timeoutMs: upWithinMs,
    })
  return {
    program: compose.version,
    port,
    up: async ({ backend, frontend }) => {
      await ask(['up', '-d', '--no-build'], { BACKEND_IMAGE_NAME: backend, FRONTEND_IMAGE_NAME: frontend })
    },
    close: async () => {
      await removeByLabel(`com.docker.compose.project=${name}`)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Compose v2 where the machine has it, else the Python one of Debian 12. */
async function composeProgram(): Promise<{ argv: string[]; version: string }> {
  const plugin = await run(['docker', 'compose', 'version', '--short']).catch(() => null)
  if (plugin !== null) return { argv: ['docker', 'compose'], version: `docker compose ${plugin.trim()}` }
  const version = await run(['docker-compose', 'version', '--short'])
  return { argv: ['docker-compose'], version: `docker-compose ${version.trim()}` }
}

async function layFiles(from: string, to: string): Promise<void> {
  const text = await readFile(join(from, 'docker-compose.yaml'), 'utf8')
  await writeFile(join(to, 'docker-compose.yaml'), text.replaceAll(/^ *container_name:.*\n/gm, ''))
  await cp(join(from, 'nginx'), join(to, 'nginx'), { recursive: true })
  // Named as a build context: docker-compose 1.29 refuses a file whose contexts are missing.
  await mkdir(join(to, 'apps'))
}

async function settingsFor(scene: ExampleScene, port: number): Promise<Record<string, string>> {
  const files = ['shared.env', 'production.env'].map((file) =>
    readFile(join(scene.project.folder, 'env', file), 'utf8'),
  )
  const [common = '', production = ''] = await Promise.all(files)
  const database = await scene.postgres.ensureDatabase('refactor_compose')
  const settings: Record<string, string> = {
    ...plain(parseEnv(common)),
    ...plain(parseEnv(production)),
    ...database.settings,
    MAILERSEND_API_KEY: 'example-only-mail-key',
    HTTP_PORT: String(port),
  }
  return settings
}

const plain = (values: NodeJS.Dict<string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? '']))
