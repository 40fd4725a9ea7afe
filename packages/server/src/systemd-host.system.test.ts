import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { layFiles, settingsFor } from '@towpath/testkit/compose-project.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { askServer } from '@towpath/testkit/faults/ask-server.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { migrationRuns } from '@towpath/testkit/faults/migration-runs.ts'
import { projectFiles } from '@towpath/testkit/project-files.ts'
import { driveScene } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { equipEngine } from '@towpath/testkit/second-engine/fleet-scene.ts'
import { expectOneLive as oneLive } from '@towpath/testkit/second-engine/one-live.ts'
import { mayStartSystemdHost, startSystemdHost } from '@towpath/testkit/systemd-host.ts'
import type { SystemdHost } from '@towpath/testkit/systemd-host.ts'
import { until } from '@towpath/testkit/wait.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * A host as teams have it: systemd is its first process, Docker a unit of it, and a unit of the team's brings its compose
 * project up at every boot. Tests run in order.
 */
const isPossible = process.env['TOWPATH_ALL'] === '1' && mayStartSystemdHost
const teamFolder = '/srv/team'
const unit = '/etc/systemd/system/team.service'

let host: SystemdHost
let scene: ExampleScene
let production: SceneDriver
let good: ExampleImages
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  if (!isPossible) return
  host = await startSystemdHost()
  scene = await setScene({
    strategy: { drain: '1s', bake: '1s', warm: '10m' },
    reconcileMs: 1_000,
    env: { TOWPATH_SSH_CONFIG: host.configFile },
  })
  production = driveScene(scene)
  await equipEngine(scene, host)
  await host.copy(scene.project.folder, scene.project.folder)
  good = await scene.build({ version: '1.0.0' })
  const map = { project: 'team', names: `${scene.project.name}-` }
  await editConfig(scene, [
    { path: ['defaults', 'host', 'docker'], value: host.address },
    { path: ['environments', 'production', 'map'], value: map },
  ])
  await layTeam()
}, 600_000)

afterAll(async () => {
  await scene?.close()
  await host?.close()
}, 120_000)

/** The team's folder on the host, and the unit that keeps its project up, as many have it. */
async function layTeam(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-team-'))
  try {
    await layFiles(scene.project.folder, folder)
    const port = scene.project.httpPorts['production'] ?? 0
    const settings = {
      ...(await settingsFor(scene, { port, database: 'refactor' })),
      BACKEND_IMAGE_NAME: `${scene.registry.host}/refactor/backend:1.0.0`,
      FRONTEND_IMAGE_NAME: `${scene.registry.host}/refactor/frontend:1.0.0`,
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
    await writeFile(join(folder, '.env'), lines.join(''))
    await host.copy(folder, teamFolder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const lines = [
    ...['[Unit]', 'Requires=docker.service', 'After=docker.service', '[Service]', 'Type=oneshot'],
    ...[
      'RemainAfterExit=yes',
      `WorkingDirectory=${teamFolder}`,
      'ExecStart=/usr/bin/docker-compose up -d --no-build',
    ],
    ...['[Install]', 'WantedBy=multi-user.target', ''],
  ]
  await host.write(unit, lines.join('\n'))
  await host.run(`cd ${teamFolder} && docker-compose pull -q migrator rust-app nextjs-app`)
  await host.run('systemctl daemon-reload && systemctl enable --now team.service')
}

const adoption = async (more: object = {}) => {
  const files = await projectFiles(scene.project.folder)
  return await askServer(scene.server, 'POST /v1/environments/production/adoption', {
    body: { files, ...more },
  })
}

/** Docker starts what it had by itself, and standing work the rest. */
const settled = (release: string) =>
  until(() => oneLive(production, host, release).then(() => true), {
    withinMs: 60_000,
    what: `${release} to serve alone`,
  })

/** Compose services of the team's containers that run; shipped ones only. */
const teamRuns = async (): Promise<string[]> => {
  const label = ['com.docker.compose.project=team']
  const found = await host.docker.listContainers({ filters: { label } })
  return found
    .map(({ Labels }) => Labels['com.docker.compose.service'] ?? '')
    .filter((service) => service === 'rust-app' || service === 'nextjs-app')
    .toSorted()
}

describe.runIf(isPossible)('a host with systemd', () => {
  it('is not adopted beside a unit that brings the project up, and is once that is off', async () => {
    expect(await teamRuns()).toEqual(['nextjs-app', 'rust-app'])
    const refused = await adoption({ dryRun: true })
    expect(refused.body).toMatchObject({ code: 'ADOPTION_IMPOSSIBLE' })
    expect(refused.text).toContain(`${unit}:8 at every boot and every restart of its unit`)
    expect(refused.text).toContain('sudo systemctl disable team.service')
    expect((await adoption({ dryRun: true, accept: ['second-operator:team.service'] })).status).toBe(200)

    await host.run('systemctl disable team.service')
    const { body, status } = await adoption()
    expect(status).toBe(202)
    expect((await production.finished(String(body['id']))).finished).toMatchObject({ outcome: 'live' })
    await settled('1.0.0')
  })

  it.each(['start-candidates:0', 'switch-traffic'])(
    'whose Docker is restarted by systemctl after %s comes to one live release',
    async (step) => {
      const before = (await production.state()).live?.release ?? ''
      const { id, release } = await production.request(next(), good)
      await production.reached(id, step)
      await host.run('systemctl restart docker')
      const { finished } = await production.finished(id)
      await settled(finished?.outcome === 'live' ? release : before)
      const database = await scene.postgres.ensureDatabase('refactor')
      expect(await migrationRuns(database, id)).toBeLessThanOrEqual(1)
    },
  )

  it('that is rebooted in mid-deploy comes to one live release, and what was adopted stays down', async () => {
    expect((await production.deploy(next(), good)).finished).toMatchObject({ outcome: 'live' })
    const before = (await production.state()).live?.release ?? ''
    const { id, release } = await production.request(next(), good)
    await production.reached(id, 'start-candidates:0')
    await host.reboot()
    const { finished } = await production.finished(id)
    await settled(finished?.outcome === 'live' ? release : before)
    expect(await teamRuns()).toEqual([])
  })
})
