import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { startHostNginx } from '@towpath/testkit/adopting/host-nginx.ts'
import type { HostNginx } from '@towpath/testkit/adopting/host-nginx.ts'
import { removeByLabel } from '@towpath/testkit/docker.ts'
import { askServer } from '@towpath/testkit/faults/ask-server.ts'
import { ensureHaproxyImage } from '@towpath/testkit/images.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { projectFiles } from '@towpath/testkit/project-files.ts'
import { startRegistry } from '@towpath/testkit/registry.ts'
import type { RunningRegistry } from '@towpath/testkit/registry.ts'
import { lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import { startServerProcess } from '@towpath/testkit/server-process.ts'
import type { ServerProcess } from '@towpath/testkit/server-process.ts'
import { composeCommand, layTeamProject } from '@towpath/testkit/team-project.ts'
import type { TeamProject } from '@towpath/testkit/team-project.ts'
import { until } from '@towpath/testkit/wait.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A service that publishes a host port of its own, and an nginx on the host itself that sends its requests there. */
const path = '/v1/environments/production'

let stateDir: string
let registry: RunningRegistry
let team: TeamProject
let nginx: HostNginx
let server: ServerProcess
let teamPort: number
let edgePort: number

const config = (ports: string): string => `version: 1
project: ${team.name}
services:
  web:
    compose: web
    image: ${team.repository}
    health: {path: /health, port: 4000, within: 20s}
defaults:
  settings: [.env]
  host: {folder: ${team.folder}}
  strategy: {drain: 1s, bake: 1s, warm: 0s}
environments:
  production:
    map: {project: ${team.name}${ports}}
`

async function ask(what: 'adoption' | 'ejection', body: Record<string, unknown> = {}) {
  const files = what === 'adoption' ? { files: await projectFiles(team.folder) } : {}
  return await askServer(server, `POST ${path}/${what}`, { body: { ...files, ...body } })
}

const finished = (id: string): Promise<Deployment> =>
  until(
    async () => {
      const deployment = await server.get<Deployment>(`/v1/deployments/${id}`)
      return deployment.finished === null ? null : deployment
    },
    { withinMs: 90_000, everyMs: 100, what: `deployment ${id} to finish` },
  )

async function withoutLoss(act: () => Promise<{ id: string }>): Promise<void> {
  const targets = [{ url: `http://127.0.0.1:${nginx.port}/` }]
  const load = await startLoad({ targets, ratePerSecond: 50, connections: 8 })
  try {
    const { id } = await act()
    expect((await finished(id)).finished).toMatchObject({
      outcome: 'live',
      reason: expect.any(String) as string,
    })
    await sleep(500)
    expect(await lossesOf(load)).toEqual(noLoss)
  } finally {
    await load.abandon()
  }
}

const answersAt = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/`)).ok
  } catch {
    return false
  }
}

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'towpath-own-port-'))
  registry = await startRegistry()
  ;[teamPort, edgePort] = [await freePort(), await freePort()]
  team = await layTeamProject(registry, { hostPort: teamPort })
  server = await startServerProcess({ stateDir, edgeImage: await ensureHaproxyImage(), reconcileMs: 1_000 })
  await team.deploy(await team.build({ tag: '1.0.0' }))
  await until(() => answersAt(teamPort), { withinMs: 20_000, what: "the team's own port to answer" })
  nginx = await startHostNginx(teamPort)
}, 240_000)
afterAll(async () => {
  await server?.stop()
  await removeByLabel(`towpath.installation=${server.installation}`)
  await nginx?.close()
  await team?.close()
  await registry?.stop()
  await removeEmbeddedPostgres({ dataDir: join(stateDir, 'database') })
  await rm(stateDir, { recursive: true, force: true })
}, 120_000)

describe.runIf(composeCommand() !== null)('a service that publishes a host port of its own', () => {
  it('needs another port for the edge, and is told which line to add', async () => {
    await writeFile(join(team.folder, 'towpath.yaml'), config(''))
    const { body } = await ask('adoption')
    expect(JSON.stringify(body)).toContain('ADOPT_PORT_HELD')
    expect(JSON.stringify(body)).toContain(`map: {ports: {${teamPort}: `)
    await writeFile(join(team.folder, 'towpath.yaml'), config(`, ports: {${teamPort}: ${edgePort}}`))
  })

  it('is taken over, replaced, brought back and given back, and nginx on the host loses nothing', async () => {
    await withoutLoss(async () => (await ask('adoption')).body as { id: string })
    await nginx.sendTo(edgePort)
    await team.build({ tag: '1.1.0' })
    await server.post('/v1/releases', {
      ...{ version: '1.1.0', schema: 'none' },
      files: await projectFiles(team.folder),
    })
    await withoutLoss(() =>
      server.post(`${path}/deployments`, { release: '1.1.0', kind: 'deploy', reason: 'test' }),
    )
    await until(async () => !(await answersAt(teamPort)), {
      withinMs: 20_000,
      what: 'the adopted container to give way',
    })
    await withoutLoss(() => server.post(`${path}/rollback`, { release: '1.0.0', reason: 'test' }))
    expect(await answersAt(teamPort)).toBe(true)
    expect((await ask('ejection', { dryRun: true })).body).toMatchObject({ services: [{ isAdopted: true }] })
    await nginx.sendTo(teamPort)
    expect(await ask('ejection')).toMatchObject({ status: 200 })
    expect(await answersAt(nginx.port)).toBe(true)
    expect(await server.get<EnvironmentState>(path)).toMatchObject({ live: null })
  })
})
