import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { connectDocker, removeByLabel } from './docker.ts'
import { imageExists } from './image/import.ts'
import { buildAppImage, ensureHaproxyImage, ensureNginxImage, ensureNodeBase, pushImage } from './images.ts'
import { startRegistry } from './registry.ts'
import { until } from './wait.ts'

const docker = connectDocker()
const label = `towpath.testkit.run=${randomUUID()}`
const Labels = { [label.split('=')[0]!]: label.split('=')[1]! }

afterAll(() => removeByLabel(label))

const runToEnd = async (Image: string, Cmd: string[]) => {
  const container = await docker.createContainer({ Image, Cmd, Labels, Tty: true })
  await container.start()
  const { StatusCode } = (await container.wait()) as { StatusCode: number }
  return { code: StatusCode, log: (await container.logs({ stdout: true, stderr: true })).toString() }
}

describe('images made of this machine’s programs, nothing pulled', () => {
  test('Node runs and finds a name', async () => {
    const script = 'require("dns").lookup("localhost", (e, a) => console.log(e ?? a, process.version))'
    const { code, log } = await runToEnd(await ensureNodeBase(), ['node', '-e', script])
    expect(log).toMatch(/127\.0\.0\.1 v\d+|::1 v\d+/)
    expect(code).toBe(0)
  })

  test('HAProxy and nginx run', async () => {
    expect((await runToEnd(await ensureHaproxyImage(), ['haproxy', '-v'])).log).toMatch(/^HAProxy version/)
    expect((await runToEnd(await ensureNginxImage(), ['nginx', '-v'])).log).toMatch(/^nginx version/)
  })

  test('asking again makes no second image', async () => {
    const [first, second] = [await ensureNodeBase(), await ensureNodeBase()]
    expect(second).toBe(first)
    const images = await docker.listImages({ filters: { reference: [first] } })
    expect(images).toHaveLength(1)
  })
})

const app = (version: string) =>
  buildAppImage({
    name: `towpath-testkit-test/app:${version}`,
    files: {
      '/app/main.js': `require('http').createServer((q, a) => a.end(process.env.RELEASE)).listen(4000)`,
    },
    env: { RELEASE: version },
    entrypoint: ['node', '/app/main.js'],
    exposed: 4000,
  })

describe('an app image', () => {
  test('answers HTTP as its release', async () => {
    const container = await docker.createContainer({ Image: await app('1.0.0'), Labels })
    await container.start()
    const address = (await container.inspect()).NetworkSettings.Networks['bridge']?.IPAddress
    const answer = await until(() => fetch(`http://${address}:4000/`), {
      withinMs: 30_000,
      what: 'app answers',
    })
    expect(await answer.text()).toBe('1.0.0')
  })

  test('shares all but its settings with the next release', async () => {
    const layers = async (image: string) => (await docker.getImage(image).inspect()).RootFS.Layers
    expect(await layers(await app('1.0.0'))).toEqual(await layers(await app('1.1.0')))
  })

  const account = { user: 'ci', password: 'pa:ss w0rd' }
  const asAccount = { authorization: `Basic ${btoa(`${account.user}:${account.password}`)}` }

  test.each([
    { kind: 'open', options: {}, headers: undefined },
    { kind: 'with an account', options: { auth: account }, headers: asAccount },
  ])('pushed to a registry $kind is there by the digest told', async ({ options, headers }) => {
    const registry = await startRegistry(options)
    const digest = await pushImage(await app('1.0.0'), {
      registry,
      repository: 'refactor/backend',
      tag: '1.0.0',
    })
    const address = `http://${registry.host}/v2/refactor/backend/manifests/${digest}`
    const manifest = await fetch(address, headers && { headers })
    expect([manifest.status, manifest.headers.get('docker-content-digest')]).toEqual([200, digest])
    expect(await imageExists(docker, `${registry.host}/refactor/backend:1.0.0`)).toBe(false)
    await registry.stop()
  })

  test('is refused by a registry that does not know the account', async () => {
    const registry = await startRegistry({ auth: account })
    const asOther = { host: registry.host, auth: { ...account, password: 'other' } }
    const target = { registry: asOther, repository: 'refactor/backend', tag: '1.0.0' }
    await expect(pushImage(await app('1.0.0'), target)).rejects.toThrow(/auth/)
    await registry.stop()
  })
})
