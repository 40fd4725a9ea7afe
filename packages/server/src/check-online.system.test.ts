import type { Check } from '@towpath/domain/adoption/finding.ts'
import { onlineCheckIds } from '@towpath/domain/adoption/online/online-answer.ts'
import { makeAuthority } from '@towpath/testkit/certificates.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { askServer, ledgerHead } from '@towpath/testkit/faults/ask-server.ts'
import { editConfig, sealSecrets } from '@towpath/testkit/faults/project-edits.ts'
import type { Undo } from '@towpath/testkit/faults/project-edits.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { projectFiles } from '@towpath/testkit/project-files.ts'
import { driveScene } from '@towpath/testkit/scene-driver.ts'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'

const account = { user: 'robot', password: 'registry-password-of-this-test' }

type Environment = 'staging' | 'production'

let scene: ExampleScene

beforeAll(async () => {
  // No standing work meanwhile: what it records must not pass for what a look left.
  scene = await setScene({ account, reconcileMs: 3_600_000 })
  await editConfig(scene, [{ path: ['services', 'backend', 'connections'], value: 5 }])
  await driveScene(scene).deploy('1.0.0', await scene.build({ version: '1.0.0' }))
}, 180_000)

afterAll(() => scene?.close())

/** What the server says of an environment now; a look changes nothing and tells no secret. */
async function look(environment: Environment = 'production', names: object[] = []): Promise<Check[]> {
  const before = await ledgerHead(scene.server)
  const files = await projectFiles(scene.project.folder)
  const answer = await askServer(scene.server, `POST /v1/environments/${environment}/checks`, {
    as: 'dev',
    body: { files, names },
  })
  expect([answer.status, await ledgerHead(scene.server)]).toEqual([200, before])
  expect(answer.text).not.toContain(account.password)
  return answer.body['checks'] as Check[]
}

/** All that is not good while the project is changed like this. */
async function faultsWith(change: Promise<Undo>, environment?: Environment): Promise<string[]> {
  const undo = await change
  try {
    const faults = (await look(environment)).filter(({ status }) => status !== 'pass')
    for (const { fix } of faults) expect(fix).toMatch(/./)
    return faults.map(({ id, status }) => `${id} ${status}`)
  } finally {
    await undo()
  }
}

it('finds everything good where it is, from engine to what is live', async () => {
  const checks = await look()
  expect(checks.filter(({ status }) => status !== 'pass')).toEqual([])
  const ids = new Set(checks.map(({ id }) => id))
  // Told only where something is to be told.
  const silent: readonly string[] = ['environment', 'hosts-left', 'certificate']
  expect([...ids]).toEqual(onlineCheckIds.filter((id) => !silent.includes(id)))
})

it('names what is served by TLS and no client would take, and what nobody answers for', async () => {
  const { fullchain: cert, key } = await makeAuthority({ names: ['localhost'] })
  const certificate = join(scene.folder, 'renewed.pem')
  await writeFile(certificate, (await makeAuthority({ names: ['localhost'], fromMs: 0 })).cert)
  const server = createServer({ cert, key }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const checks = await look('production', [
      { name: 'localhost', port, certificate },
      { name: 'localhost', port: await freePort() },
    ])
    expect(checks.filter(({ id }) => id === 'certificate')).toMatchObject([
      {
        status: 'fail',
        message: expect.stringMatching(/signed by itself.*, and a newer one lies in .*renewed.pem/),
      },
      { status: 'unknown', message: expect.stringMatching(/nothing listens/) },
    ])
  } finally {
    server.close()
  }
})

it('names a registry that is down, and the rest stays good', async () => {
  const image = `127.0.0.1:${await freePort()}/refactor/frontend`
  const change = editConfig(scene, [{ path: ['services', 'frontend', 'image'], value: image }])
  expect(await faultsWith(change)).toEqual(['images fail'])
})

it('names a registry that refuses the password, for each image behind it', async () => {
  const change = sealSecrets(scene, 'production', { REGISTRY_PASSWORD: 'wrong-password' })
  expect(await faultsWith(change)).toEqual(['images fail', 'images fail'])
})

it('names a secret that is missing here and sealed elsewhere', async () => {
  const change = sealSecrets(scene, 'production', { MAILERSEND_API_KEY: undefined })
  expect(await faultsWith(change)).toEqual(['secret-values fail'])
})

it('names a database that does not let it in, and pools that are too large for one that does', async () => {
  const url = new URL((await scene.postgres.ensureDatabase('refactor')).url)
  url.password = 'wrong'
  expect(await faultsWith(sealSecrets(scene, 'production', { DATABASE_URL: url.href }))).toEqual([
    'database fail',
    'connections unknown',
  ])
  const large = editConfig(scene, [{ path: ['services', 'backend', 'connections'], value: 5_000 }])
  expect(await faultsWith(large)).toEqual(['connections fail'])
})

it('names a host that does not answer, and knows nothing of what stands on it', async () => {
  const docker = `ssh://nobody@127.0.0.1:${await freePort()}`
  const change = editConfig(scene, [{ path: ['environments', 'staging', 'host'], value: { docker } }])
  expect(await faultsWith(change, 'staging')).toEqual([
    ...['host fail', 'host-clock unknown', 'host-disk unknown'],
    // The images of an accessory and of the edge are on that host or nowhere.
    ...[
      'images unknown',
      'images unknown',
      'host-images unknown',
      'host-images unknown',
      'database unknown',
      'connections unknown',
      'second-operator unknown',
    ],
  ])
})

it('asks no host that the accepted policy does not allow', async () => {
  const docker = `ssh://nobody@127.0.0.1:${await freePort()}`
  const change = editConfig(scene, [{ path: ['environments', 'production', 'host'], value: { docker } }])
  expect(await faultsWith(change)).toEqual(['environment fail'])
})

it('names a health path that what is live does not answer', async () => {
  const change = editConfig(scene, [{ path: ['services', 'frontend', 'health', 'path'], value: '/nowhere' }])
  expect(await faultsWith(change)).toEqual(['live-health fail'])
})
