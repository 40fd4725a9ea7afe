import { execFile } from 'node:child_process'
import { access, constants, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { mapModel } from '@towpath/domain/project/map-model.ts'
import { readCompose } from '@towpath/domain/project/read-compose.ts'
import type { ComposeReading, ComposeRequest } from '@towpath/domain/project/read-compose.ts'

const run = promisify(execFile)
const DEADLINE_MS = 30_000
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024

export interface ComposeCli {
  /** Absolute path of `docker`. */
  binary: string
  /** Of Compose, e.g. `2.29.7`. */
  version: string
}

/**
 * Finds Docker Compose 2 or newer on the given search path. Null where there is none, or only docker-compose 1, which
 * cannot print JSON. The answer is worth keeping: asking takes a process.
 */
export async function findComposeCli(
  searchPath: string = process.env['PATH'] ?? '',
): Promise<ComposeCli | null> {
  for (const folder of searchPath.split(delimiter).filter((entry) => entry !== '')) {
    const binary = join(folder, 'docker')
    if (!(await isExecutable(binary))) continue
    const answer = await ask(binary, ['compose', 'version', '--short'])
    const version = /^v?(\d+)\.\S+/.exec(answer?.trim() ?? '')
    return version !== null && Number(version[1]) >= 2
      ? { binary, version: version[0].replace(/^v/, '') }
      : null
  }
  return null
}

/**
 * Reads compose files as Docker Compose itself does where it is installed, by our own reader otherwise. Ours always
 * goes first: it refuses files that would make Compose read outside the project, and tells faults by file and line.
 */
export async function readComposeFiles(
  request: ComposeRequest,
  cli: ComposeCli | null,
): Promise<ComposeReading> {
  const asked = new Map<string, string>()
  const recording = (read: (path: string) => string | null) => (path: string) => {
    const text = read(path)
    if (text !== null) asked.set(path, text)
    return text
  }
  const own = readCompose({
    ...request,
    envFile: recording(request.envFile),
    otherFile: recording(request.otherFile ?? (() => null)),
  })
  if (cli === null || !own.ok) return own
  for (const file of request.files) asked.set(file.path, file.text)
  const stage = await realpath(await mkdtemp(join(tmpdir(), 'towpath-compose-')))
  try {
    await writeFiles(stage, asked)
    const canonical = await canonicalJson({ cli, stage, request })
    return readCanonical(canonical, { stage, request, own })
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

interface Staged {
  stage: string
  request: ComposeRequest
}

/** Turns what `docker compose config --format json` printed into the model, by the same normaliser as our own reading. */
export function readCanonical(
  canonical: { text: string } | { failure: string },
  { stage, request, own }: Staged & { own: ComposeReading & { ok: true } },
): ComposeReading {
  const file = 'docker compose config'
  if ('failure' in canonical) {
    const hint = 'Nothing was changed. Run "docker compose config" in the project to see the same.'
    return {
      ok: false,
      warnings: own.warnings,
      problems: [{ file, line: 1, col: 1, message: canonical.failure, hint }],
    }
  }
  const { pathMap: paths = {}, projectFolder, ...rest } = request
  const folder = projectStage({ stage, request })
  const reading = readCompose({
    ...rest,
    projectFolder: folder,
    files: [{ path: file, text: canonical.text }],
  })
  if (!reading.ok) return reading
  const onHost = mapModel(reading.model, { paths: { [folder]: projectFolder } }).model
  const { model } = mapModel(onHost, { paths, projectFolder })
  const services = Object.entries(model.services).map(([name, service]) => {
    const known = own.model.services[name]
    return [name, { ...service, line: known?.line ?? service.line }] as const
  })
  return { ...own, model: { ...model, services: Object.fromEntries(services) } }
}

const projectStage = ({ stage, request }: Staged): string =>
  dirname(join(stage, request.files[0]?.path ?? 'compose.yaml'))

/** The environment is empty but for the file: Compose would put our own variables into the project otherwise. */
async function canonicalJson(
  staged: Staged & { cli: ComposeCli },
): Promise<{ text: string } | { failure: string }> {
  const { cli, stage, request } = staged
  const variables = join(stage, '.towpath-variables')
  await writeFile(variables, dotenv(request.variables), { mode: 0o600 })
  const arguments_ = [
    'compose',
    ...[
      '--project-directory',
      projectStage(staged),
      '--project-name',
      request.projectName,
      '--env-file',
      variables,
    ],
    ...request.files.flatMap((file) => ['--file', join(stage, file.path)]),
    ...(request.profiles ?? []).flatMap((profile) => ['--profile', profile]),
    ...['config', '--format', 'json'],
  ]
  try {
    const options = { cwd: stage, env: {}, timeout: DEADLINE_MS, maxBuffer: MAX_OUTPUT_BYTES }
    const { stdout } = await run(cli.binary, arguments_, options)
    return { text: stdout }
  } catch (thrown) {
    return {
      failure: `Docker Compose ${cli.version} refuses the files: ${messageOf(thrown).split('\n').slice(0, 3).join(' ')}`,
    }
  }
}

/** `COMPOSE_*` would steer Compose itself rather than fill in the files. */
function dotenv(variables: ReadonlyMap<string, string>): string {
  const lines = [...variables]
    .filter(([name]) => !name.startsWith('COMPOSE_'))
    .map(([name, value]) => {
      const escaped = value
        .replaceAll(/[\\"$]/g, '\\$&')
        .replaceAll('\n', '\\n')
        .replaceAll('\r', '\\r')
      return `${name}="${escaped}"\n`
    })
  return lines.join('')
}

async function writeFiles(stage: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    const target = join(stage, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text, { mode: 0o600 })
  }
}

async function ask(binary: string, arguments_: readonly string[]): Promise<string | null> {
  try {
    return (await run(binary, [...arguments_], { env: {}, timeout: DEADLINE_MS })).stdout
  } catch {
    return null
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
