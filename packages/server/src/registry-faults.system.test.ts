import { connectDocker } from '@towpath/testkit/docker.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { afterwards } from '@towpath/testkit/faults/afterwards.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { ledgerHead } from '@towpath/testkit/faults/ask-server.ts'
import { editConfig, sealSecrets } from '@towpath/testkit/faults/project-edits.ts'
import { requestRelease } from '@towpath/testkit/faults/release-request.ts'
import type { ReleaseAsked } from '@towpath/testkit/faults/release-request.ts'
import { startSocketProxy } from '@towpath/testkit/faults/socket-proxy.ts'
import type { SocketProxy } from '@towpath/testkit/faults/socket-proxy.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A registry with an account that comes and goes. Tests run in order; each leaves production live. */
const account = { user: 'robot', password: 'registry-password-of-this-test' }
const docker = connectDocker()

let scene: ExampleScene
let production: SceneDriver
let link: SocketProxy
let host: string
let first: ExampleImages
let second: ExampleImages
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  // No standing work meanwhile: what it records must not pass for what a refusal left.
  scene = await setScene({ account, reconcileMs: 3_600_000 })
  production = driveScene(scene)
  const port = await freePort()
  host = `127.0.0.1:${port}`
  const [, registryPort] = scene.registry.host.split(':')
  link = await startSocketProxy(
    { host: '127.0.0.1', port },
    { host: '127.0.0.1', port: Number(registryPort) },
  )
  await editConfig(scene, [
    {
      path: ['registries'],
      value: { [host]: { username: account.user, password: 'secret:REGISTRY_PASSWORD' } },
    },
    { path: ['services', 'backend', 'image'], value: `${host}/refactor/backend` },
    { path: ['services', 'frontend', 'image'], value: `${host}/refactor/frontend` },
  ])
  first = await pushed('1.0.0')
  second = await pushed('2.0.0')
}, 120_000)

afterAll(async () => {
  await link?.close()
  await scene?.close()
})

/** Images behind the link, so that Towpath and the engine reach the registry only through it. */
async function pushed(version: string): Promise<ExampleImages> {
  const { backend, frontend } = await scene.build({ version })
  const behindLink = (image: string): string => image.replace(scene.registry.host, host)
  return { backend: behindLink(backend), frontend: behindLink(frontend) }
}

/** Expects a refusal that leaves no trace, and gives what it says. */
async function refused(asked: ReleaseAsked): Promise<Record<string, unknown>> {
  const before = await ledgerHead(scene.server)
  const answer = await requestRelease(scene, asked)
  expect(await ledgerHead(scene.server)).toEqual(before)
  expect(answer.text).not.toContain(account.password)
  return { ...answer.body, status: answer.status }
}

const isOnHost = async (image: string): Promise<boolean> =>
  await docker
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    )

async function takeFromHost(images: ExampleImages): Promise<void> {
  for (const image of [images.backend, images.frontend])
    if (await isOnHost(image)) await docker.getImage(image).remove({ force: true })
}

describe('a registry with an account', () => {
  it('gives its images by digest to whoever has the password from the secrets, and to nobody else', async () => {
    const anonymous = await fetch(`http://${host}/v2/refactor/backend/tags/list`)
    expect(anonymous.status).toBe(401)
    expect(await isOnHost(first.backend)).toBe(false)
    const deployed = await production.deploy(next(), first)
    expect(deployed.finished?.outcome).toBe('live')
    expect(await isOnHost(first.backend)).toBe(true)
    const live = (await production.state()).live?.services ?? {}
    expect([live['backend']?.image, live['frontend']?.image]).toEqual([first.backend, first.frontend])
  })

  it('refuses a wrong password in clear words when the release is made, and nothing is recorded', async () => {
    const undo = [
      await sealSecrets(scene, 'staging', { REGISTRY_PASSWORD: 'not-the-password' }),
      await sealSecrets(scene, 'production', { REGISTRY_PASSWORD: 'not-the-password' }),
    ]
    const problem = await refused({ version: next(), images: first })
    for (const one of undo) await one()
    expect(problem).toMatchObject({ status: 403, code: 'REGISTRY_UNAUTHORIZED' })
    expect(problem['detail']).toContain(host)
    expect(problem['hint']).toContain('password')
    expect(JSON.stringify(problem)).not.toContain('not-the-password')
  })
})

describe('an image', () => {
  it('that the registry does not have is named, with what it has instead', async () => {
    const missing = `${host}/refactor/backend@sha256:${'0'.repeat(64)}`
    const problem = await refused({ version: next(), images: { ...first, backend: missing } })
    expect(problem).toMatchObject({
      status: 422,
      code: 'IMAGE_NOT_FOUND',
      image: missing,
      service: 'backend',
    })
    expect(problem['detail']).toContain(missing)
    expect(problem['hint']).toMatch(/1\.0\.0.*2\.0\.0|2\.0\.0.*1\.0\.0/)
    expect(problem['hint']).toContain('No release was created')
  })

  it('is looked for under the version where no build is named, and missed by that name', async () => {
    const problem = await refused({ version: '9.9.9' })
    expect(problem).toMatchObject({ status: 422, code: 'IMAGE_NOT_FOUND' })
    expect(problem['detail']).toContain(':9.9.9')
  })

  it.each([
    '../../etc/passwd',
    'http://127.0.0.1/refactor/backend',
    'refactor/back end:1',
    'refactor/backend:$(reboot)',
    '--privileged',
    'refactor/BACKEND:1',
    'refactor//backend:1',
    'refactor/backend@sha256:abc',
    'refactor/backend:1@sha512:00',
    '127.0.0.1:1/../v2/_catalog',
    'user:password@127.0.0.1/backend',
    'refactor/backend\r\nHost: evil:1',
    'refactor/\u202Ednekcab:1',
    'refactor/\u001B[2Jbackend:1',
    '',
    'x'.repeat(600),
  ])('named %j is refused before anybody is asked', async (image) => {
    await link.cut()
    const problem = await afterwards(
      refused({ version: '8.0.0', images: { ...first, backend: image } }),
      () => link.heal(),
    )
    expect(problem['status']).toBe(422)
    expect(['IMAGE_NAME_INVALID', 'REQUEST_INVALID']).toContain(problem['code'])
    expect(problem['detail']).not.toMatch(/[\p{Cc}\u202E]/u)
  })

  it.each(['constructor', 'no-such-service', '../backend', 'a=b'])(
    'for a service named %j is refused',
    async (service) => {
      const images = Object.fromEntries([...Object.entries(first), [service, first.backend]])
      const problem = await refused({ version: '8.0.0', images })
      expect(problem['status']).toBe(422)
      expect(['BUILD_UNKNOWN_SERVICE', 'REQUEST_INVALID']).toContain(problem['code'])
    },
  )

  it.each(['../1.0.0', '-rf', '', '1 0', '1.0.0\n', '1/0', "1';--", '\u0661.0', 'x'.repeat(129)])(
    'of a release with the version %j is refused',
    async (version) => {
      const problem = await refused({ version, images: first })
      expect(problem).toMatchObject({ status: 422, code: 'REQUEST_INVALID' })
    },
  )
})

/** Made while the registry answered, deployed when it did not. */
let waiting: string

describe('a registry that is down', () => {
  it('holds a deployment at a gate that says which image and why, with traffic untouched', async () => {
    waiting = next()
    expect((await requestRelease(scene, { version: waiting, images: second })).status).toBe(201)
    await takeFromHost(second)
    const before = await production.state()
    const load = await production.load(100)
    await link.cut()
    const stopped = await deployAgain(waiting)
    expect(stopped.finished?.outcome).toBe('refused')
    const failed = stopped.gates?.results.filter(({ answer }) => answer === 'fail' || answer === 'unknown')
    const inRegistry = failed?.find(({ gate }) => gate === 'images-in-registry')
    expect(inRegistry?.answer).toBe('unknown')
    expect(inRegistry?.why).toContain('backend')
    expect(inRegistry?.why).toContain(`${host} gives no answer (ECONNREFUSED)`)
    const onHost = failed?.find(({ gate }) => gate === 'images-on-host')
    expect(onHost?.answer).toBe('fail')
    expect(onHost?.why).toContain(second.backend)
    expect((await production.state()).live).toEqual(before.live)
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('comes back, and the same release goes live', async () => {
    await link.heal()
    const load = await production.load(100)
    expect((await deployAgain(waiting)).finished?.outcome).toBe('live')
    expect((await production.state()).live?.release).toBe(waiting)
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('does not hold up a rollback, and no request is lost', async () => {
    const load = await production.load(100)
    await link.cut()
    const { id } = await production.rollback()
    expect((await production.finished(id)).finished?.outcome).toBe('live')
    expect((await production.state()).live?.services['backend']?.image).toBe(first.backend)
    expect(await lossesOf(load)).toEqual(noLoss)
  })

  it('is told as such to whoever makes a release, who may try again', async () => {
    const problem = await refused({ version: next(), images: first })
    expect(problem).toMatchObject({ status: 503, code: 'REGISTRY_UNREACHABLE', retryable: true })
    expect(problem['detail']).toContain(host)
  })
})

describe('a registry that takes the call and never answers', () => {
  it('keeps nobody waiting for ever: the release is refused, and a deployment stops at its gate', async () => {
    await link.heal()
    const version = next()
    expect((await requestRelease(scene, { version, images: second })).status).toBe(201)
    await link.stall()
    const { live } = await production.state()
    const [problem, stopped] = await Promise.all([
      requestRelease(scene, { version: '7.0.0', images: first }),
      deployAgain(version),
    ])
    expect(problem.status).toBe(503)
    expect(problem.body).toMatchObject({ code: 'REGISTRY_UNREACHABLE', retryable: true })
    expect(stopped.finished?.outcome).toBe('refused')
    const inRegistry = stopped.gates?.results.find(({ gate }) => gate === 'images-in-registry')
    expect(inRegistry).toMatchObject({ answer: 'unknown' })
    expect(inRegistry?.why).toContain(host)
    expect((await production.state()).live).toEqual(live)
  })

  it('is not asked on the way back', async () => {
    const load = await production.load(100)
    const { id } = await production.rollback(waiting)
    expect((await production.finished(id)).finished?.outcome).toBe('live')
    expect((await production.state()).live?.release).toBe(waiting)
    expect(await lossesOf(load)).toEqual(noLoss)
  })
})

/** A release that is there already, deployed and waited for. */
async function deployAgain(release: string): ReturnType<SceneDriver['finished']> {
  const body = { release, kind: 'deploy', reason: 'test' }
  const { id } = await scene.server.post<{ id: string }>(
    '/v1/environments/production/deployments',
    body,
    'dev',
  )
  return await production.finished(id)
}
