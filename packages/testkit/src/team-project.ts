import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { connectDocker, isGone, removeByLabel } from './docker.ts'
import { finished, imageLabel } from './image/import.ts'
import { buildAppImage, pushImage } from './images.ts'
import { dockerSocket } from './setup/engine.ts'
import { findProgram } from './setup/packages.ts'
import type { RunningRegistry } from './registry.ts'

const run = promisify(execFile)

/** How a build of the team's behaves: what goes wrong once it runs, if anything. */
export type TeamBehaviour = 'good' | 'never-healthy' | 'exits' | 'hog' | 'errors'

/**
 * With `errors` one answer in five fails, but for the health check; `hog` asks for more memory than it is allowed once some
 * requests came.
 */
const program = `
const { createServer } = require('node:http')
const behaviour = process.env.BEHAVIOUR
let items = 0
const hog = () => { const held = []; for (;;) held.push(Buffer.alloc(8 * 1024 * 1024, 1)) }
if (behaviour === 'exits') setTimeout(() => process.exit(3), 200)
process.on('SIGTERM', () => process.exit(0))
createServer((request, response) => {
  const isHealth = request.url === '/health'
  if (!isHealth) items += 1
  if (behaviour === 'hog' && items === 6) hog()
  const isBad = isHealth ? behaviour === 'never-healthy' : behaviour === 'errors' && items % 5 === 0
  response.writeHead(isBad ? 503 : 200)
  response.end(isBad ? 'no' : 'items')
}).listen(4000)
`

export interface TeamBuild {
  behaviour?: TeamBehaviour
  /** Written on the image as the label that says what it was built from. */
  commit?: string
  /** Tag in the registry; absent: it stays on this engine alone. */
  tag?: string
}

/** A team's own repository and the script it deploys with: `docker-compose up -d`, and Towpath has no part in it. */
export interface TeamProject {
  folder: string
  /** As Compose knows it, which named it after the folder. */
  name: string
  /** Repository of its builds, without tag. */
  repository: string
  /** Builds and pushes; gives the reference to deploy. */
  build(build: TeamBuild): Promise<string>
  /** What the team's script does: writes the image into `.env`, pulls where it can, and brings the project up. */
  deploy(image: string): Promise<void>
  down(): Promise<void>
  close(): Promise<void>
}

/** Program of the team's script, the one that `TOWPATH_COMPOSE` names before all; null where the machine has none. */
export const composeCommand = (): string | null =>
  process.env['TOWPATH_COMPOSE'] ?? findProgram('docker-compose')

const compose = (hostPort: number | null): string => `version: '2.4'
services:
  web:
    image: \${IMAGE}
    restart: always
    mem_limit: 96m
    environment: {PORT: "4000"}
${hostPort === null ? '' : `    ports: ["127.0.0.1:${hostPort}:4000"]\n`}`

/** Lays the team's project in a folder of its own; with a host port it publishes its service there itself. */
export async function layTeamProject(
  registry: RunningRegistry,
  { hostPort = null }: { hostPort?: number | null } = {},
): Promise<TeamProject> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-team-'))
  const docker = connectDocker()
  const repository = `${registry.host}/team/web`
  const project = basename(folder).toLowerCase()
  let nth = 0
  const script = async (...args: string[]): Promise<void> => {
    await run(composeCommand() ?? 'docker-compose', args, { cwd: folder, timeout: 120_000 })
  }
  await writeFile(join(folder, 'docker-compose.yaml'), compose(hostPort))
  const base = await buildAppImage({
    name: `${project}/web:base`,
    files: { '/app/main.cjs': program },
    env: {},
    entrypoint: ['node', '/app/main.cjs'],
    exposed: 4000,
  })
  // Each build is this container with other settings: one call instead of a container per instruction.
  const made = await docker.createContainer({
    Image: base,
    Labels: { 'com.docker.compose.project': project },
  })
  return {
    ...{ folder, repository, name: project },
    build: async ({ behaviour = 'good', commit, tag }) => {
      nth += 1
      const label = commit === undefined ? [] : [`LABEL org.opencontainers.image.revision=${commit}`]
      const changes = [`ENV BEHAVIOUR=${behaviour} NTH=${nth}`, ...label].join('\n')
      await made.commit({ repo: `${project}/web`, tag: `build-${nth}`, changes })
      const name = `${project}/web:build-${nth}`
      if (tag === undefined) return name
      await pushImage(name, { registry, repository: 'team/web', tag })
      return `${repository}:${tag}`
    },
    deploy: async (image) => {
      if (image.startsWith(registry.host)) await finished(docker, await docker.pull(image))
      await writeFile(join(folder, '.env'), `IMAGE=${image}\n`)
      await script('up', '-d', '--no-build', '-t', '1')
    },
    down: () => script('down', '-t', '1'),
    close: async () => {
      await removeByLabel(`com.docker.compose.project=${project}`)
      await removeImages([`${project}/`, repository])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Images by the beginnings of their names; those that a tag left behind go by digest. */
async function removeImages(beginnings: readonly string[]): Promise<void> {
  const docker = connectDocker()
  const images = await docker.listImages({ filters: { label: [imageLabel] } })
  const names = images.flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])])
  for (const name of names.filter((one) => beginnings.some((beginning) => one.startsWith(beginning))))
    await docker
      .getImage(name)
      .remove()
      .catch((fault: unknown) => {
        if (!isGone(fault)) throw fault
      })
}

/** A socket before the engine's that remembers what it was asked. */
export interface RecordingSocket {
  path: string
  /** First lines of the requests, such as `GET /containers/json HTTP/1.1`. */
  asked: string[]
  close(): Promise<void>
}

/** Stands before the local engine. Clients end every request before they begin another, so a chunk begins with its line. */
export async function recordEngineCalls(folder: string): Promise<RecordingSocket> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'engine.sock')
  const asked: string[] = []
  const server = createServer((client) => {
    const engine = connect(dockerSocket())
    client.on('data', (chunk: Buffer) => {
      const [line = ''] = chunk.toString('latin1').split('\r\n', 1)
      if (line.includes(' HTTP/1.')) asked.push(line)
    })
    client.on('error', () => engine.destroy())
    engine.on('error', () => client.destroy())
    client.pipe(engine).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    path,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
  }
}
