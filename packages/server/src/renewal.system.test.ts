import { tlsProbe } from '@towpath/adapters/certificate-probe/tls.ts'
import { startAcmeServer } from '@towpath/testkit/acme/acme-server.ts'
import type { AcmeServer } from '@towpath/testkit/acme/acme-server.ts'
import { layComposeProject } from '@towpath/testkit/compose-project.ts'
import type { ComposeProject } from '@towpath/testkit/compose-project.ts'
import { connectDocker } from '@towpath/testkit/docker.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { askServer } from '@towpath/testkit/faults/ask-server.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import { projectFiles } from '@towpath/testkit/project-files.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import { findProgram } from '@towpath/testkit/setup/packages.ts'
import { until } from '@towpath/testkit/wait.ts'
import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * A team whose certificates are renewed by dehydrated, from an ACME server of this machine, with a hook that has nginx read
 * the new one by the name of its container. Tests run in order.
 */
const run = promisify(execFile)
const docker = connectDocker()
const name = 'shop.example'
const isPossible = findProgram('dehydrated') !== null && findProgram('docker') !== null

let scene: ExampleScene
let team: ComposeProject
let acme: AcmeServer
let nginx: string

beforeAll(async () => {
  if (!isPossible) return
  scene = await setScene({ strategy: { drain: '1s', bake: '1s', warm: '0s' }, reconcileMs: 1_000 })
  const port = scene.project.httpPorts['production'] ?? 0
  team = await layComposeProject(scene, { port, database: 'refactor' })
  acme = await startAcmeServer({ reach: { host: '127.0.0.1', port }, livesMs: 90 * 86_400_000 })
  await scene.build({ version: '1.0.0' })
  const images = ['backend', 'frontend'].map((one) => `${scene.registry.host}/refactor/${one}:1.0.0`)
  const [backend = '', frontend = ''] = images
  await team.pull({ backend, frontend })
  await layTls()
  await team.up({ backend, frontend })
  nginx = await nginxName()
  const map = { project: team.name, names: `${scene.project.name}-` }
  await editConfig(scene, [{ path: ['environments', 'production', 'map'], value: map }])
}, 300_000)

afterAll(async () => {
  await acme?.close()
  await team?.close()
  await scene?.close()
}, 120_000)

const inTeam = (...path: string[]): string => join(team.folder, ...path)

/** What the team has on its host: nginx with TLS in its mounted folder, dehydrated's settings, a first certificate of its own. */
async function layTls(): Promise<void> {
  const conf = inTeam('nginx/conf.d')
  await mkdir(join(conf, 'acme'))
  await mkdir(join(conf, 'tls', name), { recursive: true })
  const pem = (file: string): string => join(conf, 'tls', name, file)
  const first = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-days', '2']
  await run('openssl', ['req', ...first, '-keyout', pem('privkey.pem'), '-out', pem('fullchain.pem')])
  await writeFile(
    join(conf, 'tls.conf'),
    `server {
      listen 80; listen 443 ssl; server_name ${name};
      ssl_certificate /etc/nginx/conf.d/tls/${name}/fullchain.pem;
      ssl_certificate_key /etc/nginx/conf.d/tls/${name}/privkey.pem;
      location /.well-known/acme-challenge/ { alias /etc/nginx/conf.d/acme/; }
      location / { proxy_pass http://frontend; }
    }`,
  )
  await writeFile(
    inTeam('dehydrated.conf'),
    [
      `CA="${acme.directory}"`,
      `BASEDIR="${inTeam('dehydrated')}"`,
      `CERTDIR="${join(conf, 'tls')}"`,
      `WELLKNOWN="${join(conf, 'acme')}"`,
      `HOOK="${inTeam('hook.sh')}"`,
      'KEYSIZE="2048"',
      'ACCOUNT_KEYSIZE="2048"',
      '',
    ].join('\n'),
  )
  await mkdir(inTeam('dehydrated'))
}

const nginxName = async (): Promise<string> => {
  const label = [`com.docker.compose.project=${team.name}`, 'com.docker.compose.service=nginx']
  const [found] = await docker.listContainers({ filters: { label } })
  return found?.Names[0]?.slice(1) ?? ''
}

/** What nginx shows now, whoever signed it; by the container's own address, as no host port leads to it. */
async function shown(): Promise<string> {
  const { NetworkSettings } = await docker.getContainer(nginx).inspect()
  const host = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? ''
  return (await tlsProbe().served({ host, port: 443, name }, 10_000)).fingerprint
}

/** Renews at once, as the timer would when it is due; the hook's words are the team's. */
async function renew(hook: string): Promise<void> {
  await writeFile(
    inTeam('hook.sh'),
    `#!/bin/sh\n[ "$1" = deploy_cert ] || exit 0\ncd ${team.folder}\n${hook}\n`,
  )
  await chmod(inTeam('hook.sh'), 0o755)
  const settings = ['--config', inTeam('dehydrated.conf')]
  await run('dehydrated', [...settings, '--register', '--accept-terms'], { timeout: 60_000 })
  await run('dehydrated', [...settings, '--cron', '--force', '--domain', name], { timeout: 60_000 })
}

/** Renews, and the new certificate is what nginx shows. */
async function expectRenewal(hook: string): Promise<void> {
  const [before, issued] = [await shown(), acme.issued()]
  await renew(hook)
  expect(acme.issued()).toBe(issued + 1)
  await until(async () => (await shown().catch(() => before)) !== before, {
    withinMs: 20_000,
    what: 'nginx to show the new certificate',
  })
}

/** Requests to the edge itself: what nginx does to its own connections when it reads its files again is not ours. */
async function loadOnEdge(edge: string) {
  const { NetworkSettings } = await docker.getContainer(edge).inspect()
  const address = Object.values(NetworkSettings.Networks).find(({ IPAddress }) => IPAddress !== '')?.IPAddress
  const targets = [
    { url: `http://${address}:4000/items`, host: 'rust-app' },
    { url: `http://${address}:3000/`, host: 'nextjs-app' },
  ]
  return await startLoad({ targets, ratePerSecond: 50, connections: 8 })
}

describe.runIf(isPossible)('a renewal that reloads a container by name', () => {
  it('works before Towpath comes', async () => {
    await expectRenewal(`docker exec ${nginx} nginx -s reload`)
  })

  it('works after adopt and after a release of Towpath, however the hook calls the container, and no request is lost', async () => {
    const drive = driveScene(scene)
    const files = await projectFiles(scene.project.folder)
    const ask = (body: object) =>
      askServer(scene.server, 'POST /v1/environments/production/adoption', { body: { files, ...body } })
    const edge = String((await ask({ dryRun: true })).body['edge'])
    const adopted = await drive.finished(String((await ask({})).body['id']))
    expect(adopted.finished).toMatchObject({ outcome: 'live' })
    expect(await nginxName()).toBe(nginx)
    await viaEdge(edge)

    const load = await loadOnEdge(edge)
    await expectRenewal(`docker exec ${nginx} nginx -s reload`)
    expect((await drive.deploy('1.1.0', await scene.build({ version: '1.1.0' }))).finished).toMatchObject({
      outcome: 'live',
    })
    expect(await nginxName()).toBe(nginx)
    await expectRenewal(`docker kill --signal HUP ${nginx}`)
    await expectRenewal(`docker-compose -p ${team.name} exec -T nginx nginx -s reload`)
    await expectRenewal(`docker restart ${nginx}`)
    expect(await lossesOf(load)).toEqual(noLoss)
    expect(await drive.state()).toMatchObject({ drift: null, live: { release: '1.1.0' } })
  })
})

/** The lines that adopt names, and the reload. */
async function viaEdge(edge: string): Promise<void> {
  const file = inTeam('nginx/conf.d/refactor.conf')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replaceAll(/server (?:rust-app|nextjs-app):/g, `server ${edge}:`))
  await docker.getContainer(nginx).kill({ signal: 'SIGHUP' })
}
