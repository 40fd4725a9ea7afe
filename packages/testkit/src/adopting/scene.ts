import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type Docker from 'dockerode'
import { layComposeProject } from '../compose-project.ts'
import type { ComposeProject } from '../compose-project.ts'
import type { ExampleImages } from '../example-images.ts'
import { setScene } from '../example-scene.ts'
import type { ExampleScene } from '../example-scene.ts'
import { askServer } from '../faults/ask-server.ts'
import type { ServerAnswer } from '../faults/ask-server.ts'
import { askSite } from '../faults/ask-site.ts'
import { editConfig } from '../faults/project-edits.ts'
import { startLoad } from '../load/start-load.ts'
import type { RunningLoad } from '../load/start-load.ts'
import { projectFiles } from '../project-files.ts'
import { domainOf, driveScene } from '../scene-driver.ts'
import type { SceneDriver } from '../scene-driver.ts'
import { startSecondEngine } from '../second-engine.ts'
import type { SecondEngine } from '../second-engine.ts'
import { hostScene } from '../second-engine/scene.ts'
import { startSshHost } from '../ssh-host.ts'
import type { SshTestHost } from '../ssh-host.ts'
import { until } from '../wait.ts'
import { startingPaths, takePicture } from './host-picture.ts'
import type { HostPicture } from './host-picture.ts'

const path = '/v1/environments/production'

/** Compose services of the example that Towpath ships, and where they listen. */
const shippedPorts = { 'rust-app': 4000, 'nextjs-app': 3000 } as const

/** Whom nginx asks for a compose service. */
export type AskedBy = (service: string) => string

/** A team that runs the example by plain Compose, and a server that may take it over. */
export interface AdoptionScene {
  scene: ExampleScene
  team: ComposeProject
  drive: SceneDriver
  /** Adds the name of the compose project to `towpath.yaml`, without which nothing is adopted. */
  nameProject(): Promise<unknown>
  /** Images by tag, as people name them. */
  tagged(version: string): ExampleImages
  /** Brings a version up by the team's own Compose, and waits until it serves. */
  up(version: string): Promise<void>
  serves(): Promise<unknown>
  ofTeam(service: string): Promise<Docker.ContainerInspectInfo>
  /** Of the services that Towpath ships. */
  shipped(): Promise<Docker.ContainerInspectInfo[]>
  load(ratePerSecond: number): Promise<RunningLoad>
  /** The lines that a person changes in nginx, and the reload, which closes connections of its own: no load runs then. */
  pointNginx(from: AskedBy, to: AskedBy): Promise<void>
  ask(what: 'adoption' | 'ejection', body?: Record<string, unknown>): Promise<ServerAnswer>
  /** Adopts and waits for the end. */
  adopt(more?: Record<string, unknown>): Promise<Deployment>
  /** Everything of the host, its files and what starts by itself. */
  picture(): Promise<HostPicture>
  close(): Promise<void>
}

export interface AdoptionSceneOptions {
  /** On a host of its own, which is reached over SSH. */
  overSsh: boolean
  /** Built and pushed; the last one is brought up. */
  versions: readonly [string, ...string[]]
}

/** Takes half a minute. */
export async function setAdoptionScene({ overSsh, versions }: AdoptionSceneOptions): Promise<AdoptionScene> {
  const undo = new AsyncDisposableStack()
  try {
    const remote = overSsh ? await openRemote(undo) : null
    const scene = await setScene({
      strategy: { drain: '2s', bake: '1s', warm: '0s' },
      reconcileMs: 1_000,
      env: remote === null ? {} : { TOWPATH_SSH_CONFIG: remote.host.configFile },
    })
    undo.defer(() => scene.close())
    if (remote !== null) await hostScene(scene, remote.engine, remote.host.address)
    const port = scene.project.httpPorts['production'] ?? 0
    const team = await layComposeProject(scene, {
      ...{ port, database: 'refactor' },
      ...(remote === null ? {} : { engine: remote.engine }),
    })
    undo.defer(() => team.close())
    await editConfig(scene, [{ path: ['defaults', 'host', 'folder'], value: team.folder }])
    for (const version of versions) await scene.build({ version })
    const adopting = sceneOf({ scene, team, remote, close: () => undo.disposeAsync() })
    const running = versions.at(-1) ?? versions[0]
    await team.pull(adopting.tagged(running))
    await adopting.up(running)
    return adopting
  } catch (fault) {
    await undo.disposeAsync()
    throw fault
  }
}

interface Remote {
  engine: SecondEngine
  host: SshTestHost
}

async function openRemote(undo: AsyncDisposableStack): Promise<Remote> {
  const engine = await startSecondEngine({ liveRestore: true })
  undo.defer(() => engine.close())
  const host = await startSshHost({ engineSocket: engine.socketPath, engine })
  undo.defer(() => host.close())
  return { engine, host }
}

interface Facts {
  scene: ExampleScene
  team: ComposeProject
  remote: Remote | null
  close: () => Promise<void>
}

function sceneOf(facts: Facts): AdoptionScene {
  const { scene, team, close } = facts
  const drive = driveScene(scene)
  const image = (version: string, service: string) => `${scene.registry.host}/refactor/${service}:${version}`
  const adopting: AdoptionScene = {
    ...{ scene, team, drive, close },
    nameProject: () =>
      editConfig(scene, [
        {
          path: ['environments', 'production', 'map'],
          value: { project: team.name, names: `${scene.project.name}-` },
        },
      ]),
    tagged: (version) => ({ backend: image(version, 'backend'), frontend: image(version, 'frontend') }),
    up: async (version) => {
      await team.up(adopting.tagged(version))
      await adopting.serves()
    },
    serves: () => until(() => isServed(facts), { withinMs: 60_000, what: 'the site to serve' }),
    ofTeam: (service) => ofTeam(team, service),
    shipped: () => Promise.all(Object.keys(shippedPorts).map((service) => ofTeam(team, service))),
    load: (ratePerSecond) => startLoad({ targets: targetsOf(team), ratePerSecond, connections: 32 }),
    pointNginx: (from, to) => pointNginx(team, from, to),
    ask: async (what, body = {}) => {
      const files = what === 'adoption' ? { files: await projectFiles(scene.project.folder) } : {}
      return await askServer(scene.server, `POST ${path}/${what}`, { body: { ...files, ...body } })
    },
    adopt: async (more) => {
      const { status, text, body } = await adopting.ask('adoption', more)
      if (status !== 202) throw new Error(`not adopted: ${text}`)
      return await drive.finished(String(body['id']))
    },
    picture: () => pictureOf(facts),
  }
  return adopting
}

const targetsOf = ({ address, port }: ComposeProject) =>
  ['/api/items', '/'].map((page) => ({
    url: `http://${address}:${port}${page}`,
    host: domainOf('production'),
  }))

async function isServed({ scene, team: { address } }: Facts): Promise<boolean> {
  const answers = ['/api/items', '/'].map((page) => askSite(scene, 'production', { path: page, address }))
  return (await Promise.all(answers)).every(({ status }) => status === 200)
}

async function ofTeam({ docker, name }: ComposeProject, service: string) {
  const label = [`com.docker.compose.project=${name}`, `com.docker.compose.service=${service}`]
  const [found] = await docker.listContainers({ all: true, filters: { label } })
  return await docker.getContainer(found?.Id ?? '').inspect()
}

async function pointNginx(team: ComposeProject, from: AskedBy, to: AskedBy): Promise<void> {
  const file = join(team.folder, 'nginx/conf.d/refactor.conf')
  let text = await readFile(file, 'utf8')
  for (const [service, port] of Object.entries(shippedPorts))
    text = text.replace(`server ${from(service)}:${port};`, `server ${to(service)}:${port};`)
  await writeFile(file, text)
  await team.docker.getContainer((await ofTeam(team, 'nginx')).Id).kill({ signal: 'SIGHUP' })
  await sleep(1_500)
}

/** A host of its own whole; on this machine's engine what is the team's or Towpath's. */
function pictureOf({ scene, team, remote }: Facts): Promise<HostPicture> {
  const ours = [team.name, scene.project.name, `towpath-${scene.project.name}`, scene.registry.host]
  return takePicture({
    docker: team.docker,
    paths: [...startingPaths, team.folder, ...(remote === null ? [] : [remote.host.stateHome])],
    ...(remote === null
      ? {
          isOfHost: ({ name, labels }) =>
            ours.some((beginning) => name.startsWith(beginning)) ||
            labels['towpath.installation'] === scene.server.installation,
        }
      : {}),
  })
}
