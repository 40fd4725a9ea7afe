import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { layComposeProject } from '@towpath/testkit/compose-project.ts'
import type { ComposeProject } from '@towpath/testkit/compose-project.ts'
import { connectDocker } from '@towpath/testkit/docker.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { askServer, ledgerHead } from '@towpath/testkit/faults/ask-server.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { projectFiles } from '@towpath/testkit/project-files.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { until } from '@towpath/testkit/wait.ts'
import type Docker from 'dockerode'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const docker = connectDocker()
const perSecond = 100
const path = '/v1/environments/production'

let scene: ExampleScene
let team: ComposeProject
let drive: SceneDriver
let edge: string
let before: Docker.ContainerInspectInfo[]

beforeAll(async () => {
  scene = await setScene({ strategy: { drain: '2s', bake: '1s', warm: '0s' }, reconcileMs: 1_000 })
  drive = driveScene(scene)
  const port = scene.project.httpPorts['production'] ?? 0
  team = await layComposeProject(scene, { port, database: 'refactor' })
  await scene.build({ version: '0.9.0' })
  await scene.build({ version: '1.0.0' })
  await team.pull(tagged('1.0.0'))
  await team.up(tagged('1.0.0'))
  await serves()
  before = await shipped()
}, 300_000)

afterAll(async () => {
  await team?.close()
  await scene?.close()
}, 120_000)

/** What people run: names with tags. */
const tagged = (version: string) => ({
  backend: `${scene.registry.host}/refactor/backend:${version}`,
  frontend: `${scene.registry.host}/refactor/frontend:${version}`,
})

const serves = () =>
  until(
    async () => {
      const answers = ['/api/items', '/'].map((page) =>
        fetch(`http://127.0.0.1:${team.port}${page}`, { signal: AbortSignal.timeout(2_000) }),
      )
      return (await Promise.all(answers)).every(({ ok }) => ok)
    },
    { withinMs: 60_000, what: 'the site to serve' },
  )

const ofTeam = async (service: string): Promise<Docker.ContainerInspectInfo> => {
  const label = [`com.docker.compose.project=${team.name}`, `com.docker.compose.service=${service}`]
  const [found] = await docker.listContainers({ all: true, filters: { label } })
  return await docker.getContainer(found?.Id ?? '').inspect()
}
const shipped = () => Promise.all(['rust-app', 'nextjs-app'].map(ofTeam))

/** Everything of a container but how often and where its process runs just now. */
const definitionOf = ({
  Id,
  Name,
  Image,
  Config,
  HostConfig,
  Mounts,
  NetworkSettings,
}: Docker.ContainerInspectInfo) => ({
  ...{ Id, Name, Image, Config, HostConfig, Mounts },
  networks: Object.entries(NetworkSettings.Networks).map(([network, { Aliases }]) => [
    network,
    Aliases?.toSorted(),
  ]),
})

const processesOf = (containers: Docker.ContainerInspectInfo[]) =>
  containers.map(({ State }) => State.StartedAt)

/** The lines that a person changes in nginx, and the reload, which closes connections of its own: no load runs then. */
async function pointNginx(from: (service: string) => string, to: (service: string) => string): Promise<void> {
  const file = join(team.folder, 'nginx/conf.d/refactor.conf')
  let text = await readFile(file, 'utf8')
  for (const [service, port] of [
    ['rust-app', 4000],
    ['nextjs-app', 3000],
  ] as const)
    text = text.replace(`server ${from(service)}:${port};`, `server ${to(service)}:${port};`)
  await writeFile(file, text)
  await reloadNginx()
}

async function reloadNginx(): Promise<void> {
  await docker.getContainer((await ofTeam('nginx')).Id).kill({ signal: 'SIGHUP' })
  await sleep(1_500)
}

const own = (service: string): string => service
const viaEdge = (): string => edge

async function adoption(more: Record<string, unknown> = {}) {
  const files = await projectFiles(scene.project.folder)
  return await askServer(scene.server, `POST ${path}/adoption`, { body: { files, ...more } })
}

describe('adopting what a team runs by plain compose', () => {
  it('needs the name of its compose project, and says which line to add', async () => {
    const answer = await adoption({ dryRun: true })
    expect(answer.body).toMatchObject({ code: 'COMPOSE_PROJECT_UNNAMED', status: 422 })
    expect(answer.text).toContain(`map: {project: ${team.name}}`)
    await editConfig(scene, [
      {
        path: ['environments', 'production', 'map'],
        value: { project: team.name, names: `${scene.project.name}-` },
      },
    ])
  })

  it('says beforehand what it would record and where that differs, by name and never by value, and records nothing', async () => {
    const end = await ledgerHead(scene.server)
    const { status, body, text } = await adoption({ dryRun: true, imports: {} })
    expect(text).not.toContain('example-only-mail-key')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      release: '1.0.0',
      composeProject: team.name,
      imports: [{ version: '0.9.0', schema: 'unknown' }],
    })
    const services = body['services'] as { service: string; environment: Record<string, string> }[]
    expect(services.map(({ service }) => service)).toEqual(['backend', 'frontend'])
    expect(services[0]?.environment).toMatchObject({ DATABASE_URL: 'same', BACKEND_IMAGE_NAME: 'differs' })
    expect(body['drift']).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^backend .* variables with another value .*: BACKEND_IMAGE_NAME$/),
      ]),
    )
    expect(await ledgerHead(scene.server)).toEqual(end)
    edge = String(body['edge'])
  })

  it('brings the edge in under load, restarts nothing and loses nothing', async () => {
    const load = await drive.load(perSecond)
    const { status, body } = await adoption({ imports: {} })
    expect(status).toBe(202)
    const adopted = await drive.finished(String(body['id']))
    expect(adopted.finished).toMatchObject({ outcome: 'live' })
    await sleep(500)
    expect(await lossesOf(load)).toEqual(noLoss)
    await pointNginx(own, viaEdge)
    expect(processesOf(await shipped())).toEqual(processesOf(before))
    const { live, history } = await drive.state()
    expect(live).toMatchObject({
      release: '1.0.0',
      services: { backend: { container: before[0]?.Name.slice(1) } },
    })
    expect(history.map(({ kind, release }) => [kind, release])).toEqual([
      ['adopt', '1.0.0'],
      ['import', '0.9.0'],
    ])
    expect(await drive.liveSlots()).toEqual({ backend: ['s1'], frontend: ['s1'] })
  })

  it('is refused a second time', async () => {
    expect((await adoption()).body).toMatchObject({ code: 'ALREADY_MANAGED' })
  })

  it('leaves the team its own restart', async () => {
    await team.compose('restart', 'rust-app')
    await serves()
    await docker.getContainer(before[1]?.Id ?? '').restart()
    await serves()
    expect(await drive.state()).toMatchObject({ drift: null, live: { release: '1.0.0' } })
  })

  it('goes on to a release of Towpath and back to the containers of the team, and nobody is lost', async () => {
    const images = await scene.build({ version: '1.1.0' })
    const load = await drive.load(perSecond)
    expect(outcomeOf(await drive.deploy('1.1.0', images))).toBe('live')
    await until(async () => (await shipped()).every(({ State }) => State.Status === 'exited'), {
      withinMs: 60_000,
      what: 'the adopted containers to give way',
    })
    expect((await releasesSeen()).has('1.1.0')).toBe(true)
    expect(outcomeOf(await drive.finished((await drive.rollback('1.0.0')).id))).toBe('live')
    expect((await shipped()).map(({ Id, State }) => [Id, State.Status])).toEqual(
      before.map(({ Id }) => [Id, 'running']),
    )
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('does not go while nginx still asks the edge', async () => {
    const load = await drive.load(perSecond)
    const refused = await askServer(scene.server, `POST ${path}/ejection`, { body: {} })
    expect(refused.body).toMatchObject({ code: 'EDGE_STILL_USED' })
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('goes under load once nginx asks the containers, and nobody is lost', async () => {
    const ids = new Map(
      (await shipped()).map(({ Id, Config }) => [Config.Labels['com.docker.compose.service'], Id]),
    )
    const itself = (service: string): string => ids.get(service)?.slice(0, 12) ?? ''
    await pointNginx(viaEdge, itself)
    const load = await drive.load(perSecond)
    await sleep(1_000)
    const ejected = await askServer(scene.server, `POST ${path}/ejection`, { body: {} })
    expect(ejected.status).toBe(200)
    await sleep(1_000)
    expect(await lossesOf(load)).toEqual(noLoss)
    await pointNginx(itself, own)
  })

  it('leaves the host as it was', async () => {
    expect((await shipped()).map(definitionOf)).toEqual(before.map(definitionOf))
    const label = [`towpath.installation=${scene.server.installation}`]
    expect(await docker.listContainers({ all: true, filters: { label } })).toEqual([])
    expect(await docker.listNetworks({ filters: { label } })).toEqual([])
    await team.compose('restart')
    await serves()
    await sleep(2_500)
    expect(await docker.listContainers({ all: true, filters: { label } })).toEqual([])
    expect(await drive.state()).toMatchObject({ live: null, warm: null })
  })
})

const outcomeOf = ({ finished }: Deployment) => finished?.outcome

/** Releases that answer right now, by what they say of themselves. */
async function releasesSeen(): Promise<Set<string>> {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => fetch(`http://127.0.0.1:${team.port}/api/items`)),
  )
  return new Set(answers.map(({ headers }) => headers.get('x-release') ?? ''))
}
