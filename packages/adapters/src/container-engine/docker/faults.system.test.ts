import { secretPlaceholder } from '@towpath/domain/config/secret-placeholder.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import { connectDocker, removeByLabel } from '@towpath/testkit/docker.ts'
import { ensureNodeBase, pushImage } from '@towpath/testkit/images.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { startRegistry } from '@towpath/testkit/registry.ts'
import { dockerSocket } from '@towpath/testkit/setup/engine.ts'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { INSTALLATION_LABEL } from '../labels.ts'
import { dockerEngine } from './engine.ts'

const runId = `tpf-${randomBytes(4).toString('hex')}`
const labels = { [INSTALLATION_LABEL]: runId }
const SECRET = 'correct-horse-battery'
const docker = connectDocker()
const options = { socketPath: dockerSocket(), secrets: () => new Map([['TOKEN', SECRET]]) }
const engine = dockerEngine(options)
const withCode = (code: string, retryable = false) => expect.objectContaining({ code, retryable })

let image: string
beforeAll(async () => {
  image = await ensureNodeBase(docker)
})
afterAll(() => removeByLabel(`${INSTALLATION_LABEL}=${runId}`, docker))

const aSpec = (suffix: string, more: Partial<ContainerSpec> = {}): ContainerSpec => ({
  name: `${runId}-${suffix}`,
  image,
  command: ['node', '-e', 'setInterval(() => {}, 1000)'],
  entrypoint: null,
  environment: {},
  labels,
  mounts: [],
  networks: [],
  ports: [],
  restart: { name: 'no' },
  healthcheck: null,
  settings: {},
  ...more,
})

const aNetwork = (suffix: string) => ({
  name: `${runId}-${suffix}`,
  driver: 'bridge',
  internal: false,
  labels,
  options: {},
  external: false,
})

describe('pulling', () => {
  const account = { user: 'deploy', password: 'registry-pass-phrase' }
  const credentials = { username: account.user, password: account.password }
  const gone: string[] = []
  afterEach(async () => {
    for (const pulled of gone.splice(0)) await engine.removeImage(pulled)
  })

  it('brings an image by digest with credentials, and tells a wrong account from a missing image', async () => {
    const registry = await startRegistry({ auth: account })
    const digest = await pushImage(image, { registry, repository: `${runId}/app`, tag: '1' }, docker)
    const pinned = `${registry.host}/${runId}/app@${digest}`
    gone.push(pinned)
    expect(await engine.hasImage(pinned)).toBe(false)
    await expect(engine.pullImage(pinned, null)).rejects.toThrow(withCode('REGISTRY_UNAUTHORIZED'))
    const wrong = engine.pullImage(pinned, { ...credentials, password: 'wrong-pass-phrase' })
    await expect(wrong).rejects.toThrow(withCode('REGISTRY_UNAUTHORIZED'))
    await expect(wrong).rejects.not.toThrow(/wrong-pass-phrase/)
    const other = `${registry.host}/${runId}/app@sha256:${'0'.repeat(64)}`
    await expect(engine.pullImage(other, credentials)).rejects.toThrow(withCode('IMAGE_NOT_FOUND'))
    await engine.pullImage(pinned, credentials)
    expect(await engine.hasImage(pinned)).toBe(true)
    await registry.stop()
    await engine.pullImage(pinned, credentials)
  })

  it('a registry that is down is worth another try', async () => {
    const pinned = `127.0.0.1:${await freePort()}/${runId}/app@sha256:${'0'.repeat(64)}`
    await expect(engine.pullImage(pinned, null)).rejects.toThrow(withCode('REGISTRY_UNREACHABLE', true))
  })

  it('a registry that stalls is given up after the time without progress', async () => {
    const stalling = createHttpServer(() => {})
    const port = await listening(stalling, { host: '127.0.0.1', port: 0 })
    const impatient = dockerEngine({ ...options, pullDeadlines: { stallMs: 500 } })
    const pinned = `127.0.0.1:${port}/${runId}/app@sha256:${'0'.repeat(64)}`
    await expect(impatient.pullImage(pinned, null)).rejects.toThrow(withCode('REGISTRY_UNREACHABLE', true))
    await closed(stalling)
  })
})

describe('an engine that is not there', () => {
  const unreachable = withCode('ENGINE_UNREACHABLE', true)
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-engine-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const at = (name: string, callDeadlineMs = 20_000) =>
    dockerEngine({ ...options, socketPath: join(folder, name), callDeadlineMs })

  it('no socket: unreachable, for every call', async () => {
    const away = at('absent.sock')
    const calls = [
      away.describe(),
      away.hasImage('app'),
      away.pullImage('app', null),
      away.ensureNetwork(aNetwork('x')),
      away.ensureRunning(aSpec('x')),
      away.inspect('x'),
      away.list({}),
      away.waitForExit('x', 1000),
      away.stop('x', 0),
      away.logs('x', { tailLines: 1 }),
    ]
    for (const result of await Promise.allSettled(calls))
      expect(result).toMatchObject({ reason: unreachable })
  })

  it('a socket that hangs up, as a restarting engine does: unreachable', async () => {
    const server = createServer((socket) => socket.destroy())
    await listening(server, { path: join(folder, 'hangs-up.sock') })
    await expect(at('hangs-up.sock').describe()).rejects.toThrow(unreachable)
    await closed(server)
  })

  it('an engine that accepts and stays silent: unreachable at the deadline', async () => {
    const server = createHttpServer(() => {})
    await listening(server, { path: join(folder, 'silent.sock') })
    await expect(at('silent.sock', 300).inspect('x')).rejects.toThrow(unreachable)
    await closed(server)
  })

  it('an engine that stops in the middle of its answer: unreachable at the deadline', async () => {
    const server = createHttpServer((_, response) => response.write('{"Name":'))
    await listening(server, { path: join(folder, 'half.sock') })
    await expect(at('half.sock', 300).inspect('x')).rejects.toThrow(unreachable)
    await closed(server)
  })

  it('something else behind the socket: an error that names the field', async () => {
    const server = createHttpServer((_, response) => response.end('{"Id":7}'))
    await listening(server, { path: join(folder, 'other.sock') })
    await expect(at('other.sock').inspect('x')).rejects.toThrow(withCode('ENGINE_ANSWER_UNREADABLE'))
    await closed(server)
  })

  it('no secret and no name goes into the address of a call', async () => {
    const addresses: string[] = []
    const server = createHttpServer((request, response) => {
      addresses.push(request.url ?? '')
      response.writeHead(404).end('{"message":"no such thing"}')
    })
    await listening(server, { path: join(folder, 'recording.sock') })
    const recording = at('recording.sock')
    const environment = { TOKEN: secretPlaceholder('TOKEN') }
    await recording.ensureRunning(aSpec('x', { environment })).catch(() => {})
    await recording.inspect('../images/json?all=1#').catch(() => {})
    await closed(server)
    expect(addresses.filter((address) => address.startsWith('/containers/create?'))).toHaveLength(1)
    expect(addresses.join('\n')).not.toContain(SECRET)
    expect(addresses.at(-1)).toBe('/containers/..%2Fimages%2Fjson%3Fall%3D1%23/json?')
  })
})

describe('what the engine refuses', () => {
  it('a host port that is taken', async () => {
    const hostPort = await freePort()
    const ports = [{ hostAddress: '127.0.0.1', hostPort, containerPort: 80, protocol: 'tcp' as const }]
    const { name } = await engine.ensureNetwork(aNetwork('ports'))
    const networks = [{ network: name, aliases: [] }]
    await engine.ensureRunning(aSpec('port-owner', { ports, networks }))
    const late = aSpec('port-late', { ports, networks })
    await expect(engine.ensureRunning(late)).rejects.toThrow(withCode('PORT_TAKEN'))
    await engine.stop(`${runId}-port-owner`, 0)
    expect(await engine.ensureRunning(late)).toMatchObject({ status: 'running' })
  })

  it('a fixed address that is taken, or on a network whose addresses nobody pinned', async () => {
    const { name } = await engine.ensureNetwork(aNetwork('addresses'))
    const networks = [{ network: name, aliases: [], offset: 5 }]
    await engine.ensureRunning(aSpec('address-owner', { networks }))
    await expect(engine.ensureRunning(aSpec('address-late', { networks }))).rejects.toThrow(
      withCode('ADDRESS_TAKEN'),
    )
    const unpinned = `${runId}-unpinned`
    await docker.createNetwork({ Name: unpinned, Labels: labels })
    const onUnpinned = aSpec('unpinned', { networks: [{ network: unpinned, aliases: [], offset: 5 }] })
    await expect(engine.ensureRunning(onUnpinned)).rejects.toThrow(withCode('NETWORK_NOT_PINNED'))
  })

  it('a subnet that another network holds', async () => {
    const { subnet } = await engine.ensureNetwork(aNetwork('holder'))
    await expect(engine.ensureNetwork({ ...aNetwork('overlapping'), subnet })).rejects.toThrow(
      withCode('NETWORK_OVERLAPS'),
    )
  })

  it('a host folder that must exist', async () => {
    const mount = { type: 'bind', target: '/x', readOnly: true, createHostPath: false } as const
    const wanted = aSpec('mount', { mounts: [{ ...mount, source: join(tmpdir(), `${runId}-absent`) }] })
    await expect(engine.ensureRunning(wanted)).rejects.toThrow(withCode('MOUNT_SOURCE_MISSING'))
  })

  it('a program that is not in the image, without repeating the secret it was given', async () => {
    const wanted = aSpec('program', { command: [`serve-${secretPlaceholder('TOKEN')}`] })
    const refusal = engine.ensureRunning(wanted)
    await expect(refusal).rejects.toThrow(withCode('ENGINE_REFUSED'))
    await expect(refusal).rejects.not.toThrow(SECRET)
    expect((await engine.inspect(wanted.name))?.exitCode).not.toBe(0)
  })
})

describe('a process that died in between', () => {
  it('between create and join: the container joins its other networks before it starts', async () => {
    const front = await engine.ensureNetwork(aNetwork('resume-front'))
    const back = await engine.ensureNetwork(aNetwork('resume-back'))
    const wanted = aSpec('resumed', {
      networks: [
        { network: front.name, aliases: ['app'] },
        { network: back.name, aliases: ['app'], offset: 9 },
      ],
    })
    const half = {
      Image: image,
      Labels: labels,
      Cmd: wanted.command ?? [],
      HostConfig: { NetworkMode: front.name },
    }
    await docker.createContainer({ name: wanted.name, ...half })
    const { addresses } = await engine.ensureRunning(wanted)
    expect(Object.keys(addresses).toSorted()).toEqual([back.name, front.name].toSorted())
  })

  it('leaves no probe of a subnet behind, and does not take the beginning of an id for a name', async () => {
    const { name } = await engine.ensureNetwork(aNetwork('probed'))
    expect((await docker.listNetworks({ filters: { label: [`towpath.subnet-probe=${name}`] } })).length).toBe(
      0,
    )
    const { id } = await engine.ensureRunning(aSpec('prefix'))
    expect(await engine.inspect(id.slice(0, 12))).toBeNull()
    await engine.stop(id.slice(0, 12), 0)
    expect(await engine.inspect(`${runId}-prefix`)).toMatchObject({ status: 'running' })
  })
})

describe('the host', () => {
  it('names itself, and tells no disk that nobody can look at', async () => {
    expect(await engine.describe()).toMatchObject({
      version: expect.stringMatching(/^\d+\./),
      architecture: expect.any(String),
    })
    expect(await dockerEngine({ ...options, freeBytes: async () => null }).diskFreeBytes()).toBeNull()
  })

  it.skipIf(process.platform !== 'linux')('tells its free disk', async () => {
    expect(await engine.diskFreeBytes()).toBeGreaterThan(0)
  })

  it('passes the secret to the container and to nothing that lists it', async () => {
    const command = ['node', '-e', 'process.exitCode = process.env.TOKEN === "correct-horse-battery" ? 0 : 1']
    const environment = { TOKEN: secretPlaceholder('TOKEN') }
    const wanted = aSpec('secret', { command, environment })
    const state = await engine.ensureRanOnce(wanted)
    expect(await engine.waitForExit(wanted.name, 60_000)).toBe(0)
    expect(JSON.stringify([state, await engine.list(labels)])).not.toContain(SECRET)
  })

  it('tells what a healthcheck says, and kills what ignores SIGTERM after its grace', async () => {
    const healthcheck = {
      test: ['CMD', 'node', '-e', ''],
      intervalMs: 200,
      timeoutMs: 9000,
      startPeriodMs: 0,
      retries: 1,
    }
    const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"
    const wanted = aSpec('healthy', { healthcheck, command: ['node', '-e', stubborn] })
    await engine.ensureRunning(wanted)
    const health = async () => (await engine.inspect(wanted.name))?.health
    await expect.poll(health, { timeout: 30_000 }).toBe('healthy')
    await engine.stop(wanted.name, 1000)
    expect(await engine.inspect(wanted.name)).toMatchObject({
      status: 'exited',
      exitCode: 137,
      oomKilled: false,
    })
  })
})

const listening = (server: Server, where: { host?: string; port?: number; path?: string }): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
      server.closeAllConnections()
  })
