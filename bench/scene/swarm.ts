import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { ensureHaproxyImage } from '@towpath/testkit/images.ts'
import { startSecondEngine } from '@towpath/testkit/second-engine.ts'
import type { SecondEngine } from '@towpath/testkit/second-engine.ts'
import { until } from '@towpath/testkit/wait.ts'
import { run } from '../checkout.ts'
import { pullAll } from './peer-releases.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const app = 'app'
const appPort = 4000
const network = 'swarm'
const settledWithinMs = 180_000

/** One service of a swarm with HAProxy in front, on an engine of its own. */
export interface Swarm {
  /** Where HAProxy answers, from within the engine's network namespace. */
  site: string
  /** As `startLoad` wants it: puts the load beside HAProxy. */
  starter: readonly string[]
  /** Puts an image on its engine. */
  pull(image: string): Promise<void>
  /** Releases this image, start-first; tells how the update ended. */
  update(image: string): Promise<'completed' | 'rolled back'>
  /** The spec before, as `docker service rollback` asks for it. */
  rollBack(): Promise<void>
  close(): Promise<void>
}

/**
 * A swarm of one node. Its kernel may have no IPVS, so the service has no address of its own (`dnsrr`), and HAProxy
 * finds its tasks by name. The image is one that the scene's registry has.
 */
export async function openSwarm(scene: ExampleScene, image: string): Promise<Swarm> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-bench-swarm-'))
  const engine = await startSecondEngine({ liveRestore: false })
  const close = async (): Promise<void> => {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await engine.shareLoopback(Number(scene.registry.host.split(':')[1]))
    await engine.docker.swarmInit({ ListenAddr: '127.0.0.1:2377', AdvertiseAddr: '127.0.0.1' })
    await engine.docker.createNetwork({ Name: network, Driver: 'overlay', Attachable: true })
    await engine.docker.createNetwork({ Name: 'front', Driver: 'bridge' })
    const { containerUrl } = await scene.postgres.ensureDatabase('refactor_swarm')
    await engine.docker.createService(serviceOf(image, containerUrl))
    const site = await startProxy(engine, folder)
    const swarm: Swarm = {
      site,
      starter: engine.enter,
      pull: (next) => pullAll([next], engine.docker),
      update: async (next) => {
        const { version, spec, startedAt } = await inspected(engine)
        await service(engine).update({ version, ...withImage(spec, next) })
        return await settled(engine, startedAt)
      },
      rollBack: async () => {
        const { version, spec, startedAt } = await inspected(engine)
        // As the command does it: the engine takes the former spec, whatever is sent.
        await service(engine).update({ version, rollback: 'previous', ...spec })
        await settled(engine, startedAt)
      },
      close,
    }
    await serves(engine, site)
    return swarm
  } catch (fault) {
    await close()
    throw fault
  }
}

type Spec = ReturnType<typeof serviceOf>

/** Restarted and rolled back as Swarm's own documents advise: healthy first, watched for five seconds, back on failure. */
const serviceOf = (image: string, databaseUrl: string) => ({
  Name: app,
  TaskTemplate: {
    ContainerSpec: {
      Image: image,
      Env: [`DATABASE_URL=${databaseUrl}`, 'ROLE=app'],
      HealthCheck: {
        Test: [
          'CMD',
          'node',
          '-e',
          `fetch('http://127.0.0.1:${appPort}/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
        ],
        Interval: 1e9,
        Timeout: 3e9,
        Retries: 3,
      },
    },
    Networks: [{ Target: network }],
    RestartPolicy: { Condition: 'any', Delay: 1e9 },
  },
  Mode: { Replicated: { Replicas: 1 } },
  UpdateConfig: {
    Parallelism: 1,
    Order: 'start-first',
    FailureAction: 'rollback',
    Monitor: 5e9,
    MaxFailureRatio: 0,
  },
  RollbackConfig: {
    Parallelism: 1,
    Order: 'start-first',
    FailureAction: 'pause',
    Monitor: 5e9,
    MaxFailureRatio: 0,
  },
  EndpointSpec: { Mode: 'dnsrr' as const },
})

const withImage = (spec: Spec, image: string): Spec => ({
  ...spec,
  TaskTemplate: {
    ...spec.TaskTemplate,
    ContainerSpec: { ...spec.TaskTemplate.ContainerSpec, Image: image },
    ForceUpdate: Date.now(),
  } as Spec['TaskTemplate'],
})

const service = ({ docker }: SecondEngine) => docker.getService(app)

interface Inspected {
  version: number
  spec: Spec
  /** Of the last update; empty before the first. */
  state: string
  startedAt: string
}

async function inspected(engine: SecondEngine): Promise<Inspected> {
  const seen = (await service(engine).inspect()) as {
    Version: { Index: number }
    Spec: Spec
    UpdateStatus?: { State: string; StartedAt?: string }
  }
  const { State: state = '', StartedAt: startedAt = '' } = seen.UpdateStatus ?? {}
  return { version: seen.Version.Index, spec: seen.Spec, state, startedAt }
}

/** Waits for the end of the update after the one that started at `before`. */
async function settled(engine: SecondEngine, before: string): Promise<'completed' | 'rolled back'> {
  const state = await until(
    async () => {
      const { state: now, startedAt } = await inspected(engine)
      const isOver = ['completed', 'rollback_completed', 'paused', 'rollback_paused'].includes(now)
      return isOver && startedAt !== before ? now : null
    },
    { withinMs: settledWithinMs, everyMs: 100, what: 'the swarm to settle' },
  )
  if (state.endsWith('paused')) throw new Error(`the swarm gave up: ${state}`)
  return state === 'completed' ? 'completed' : 'rolled back'
}

/** Finds tasks by the service's name every second, asks their health, and cuts what is left on one that went. */
const proxySettings = `global
  maxconn 4000
defaults
  mode http
  timeout connect 3s
  timeout client 1h
  timeout server 1h
  timeout tunnel 24h
  retries 8
  option redispatch 1
  retry-on conn-failure empty-response
resolvers docker
  nameserver dns 127.0.0.11:53
  resolve_retries 3
  timeout resolve 1s
  timeout retry 1s
  hold valid 1s
  hold obsolete 1s
frontend site
  bind *:80
  default_backend app
backend app
  balance roundrobin
  option httpchk GET /health
  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions observe layer4 error-limit 1 on-error mark-down
  server-template app 4 ${app}:${appPort} check resolvers docker init-addr none
`

async function startProxy(engine: SecondEngine, folder: string): Promise<string> {
  const image = await ensureHaproxyImage(engine.docker)
  await writeFile(join(folder, 'haproxy.cfg'), proxySettings)
  const proxy = await engine.docker.createContainer({
    Image: image,
    HostConfig: { NetworkMode: 'front', Binds: [`${folder}:/usr/local/etc/haproxy:ro`] },
  })
  await engine.docker.getNetwork(network).connect({ Container: proxy.id })
  await proxy.start()
  const { NetworkSettings } = await proxy.inspect()
  return `http://${NetworkSettings.Networks['front']?.IPAddress ?? ''}`
}

/** The first task pulls its image. */
async function serves(engine: SecondEngine, site: string): Promise<void> {
  const [program = '', ...args] = engine.enter
  await until(
    async () => {
      const status = await run([program, ...args, process.execPath, '-e', askOnce(site)])
      return status.trim() === '200'
    },
    { withinMs: settledWithinMs, everyMs: 500, what: 'the swarm to serve' },
  )
}

const askOnce = (site: string): string =>
  `fetch('${site}/').then((answer) => console.log(answer.status), () => console.log('none'))`
