import { connectDocker } from '@towpath/testkit/docker.ts'
import { until } from '@towpath/testkit/wait.ts'
import { closing } from '../closing.ts'

const docker = connectDocker()
const label = 'towpath-bench.floor'
const healthyWithinMs = 30_000
const lookEveryMs = 10
const ports: Record<string, number> = { backend: 4000, frontend: 3000 }

type Inspected = Awaited<ReturnType<ReturnType<typeof docker.getContainer>['inspect']>>

/** How long each part of the bare container acts took, in ms. */
export interface FloorTimes {
  migrator: number
  start: number
  healthy: number
  total: number
}

/** The deployment whose containers are read. */
export interface Shipped {
  id: string
  release: string
  installation: string
}

/**
 * The container acts of one deployment and nothing else, by the engine's API: the migrator runs to its end, both services
 * are created, joined to their networks and started side by side, until each answers its health check. Images, settings
 * and networks are read off the containers that the deployment made; only names and addresses differ.
 */
export async function actBare(deployment: Shipped): Promise<FloorTimes> {
  const made = await containersOf(deployment)
  return await removing((created) => act(made, created))
}

/**
 * What it takes the backend alone to stop and to be there again: one like the deployment's is stopped, another one
 * created and started, until it answers its health check. In ms. The deployment's own goes on meanwhile.
 */
export async function restartBare(deployment: Shipped): Promise<number> {
  const { services } = await containersOf(deployment)
  const backend = services.find(({ Config }) => Config.Labels['towpath.service'] === 'backend')
  if (backend === undefined) throw new Error(`release ${deployment.release} has no backend`)
  return await removing(async (created) => {
    const old = await start(backend, created)
    await awaitHealthy(old)
    const startedAt = performance.now()
    await docker.getContainer(old.id).stop({ t: 10 })
    await awaitHealthy(await start(backend, created))
    return performance.now() - startedAt
  })
}

/** Removes whatever was created, also when creating throws. */
async function removing<T>(create: (created: string[]) => Promise<T>): Promise<T> {
  const created: string[] = []
  const removeAll = () =>
    Promise.all(created.map((id) => docker.getContainer(id).remove({ force: true, v: true })))
  return await closing(removeAll, () => create(created))
}

interface Made {
  migrator: Inspected
  services: Inspected[]
}

async function containersOf(deployment: Shipped): Promise<Made> {
  const found = await docker.listContainers({
    all: true,
    filters: {
      label: [`towpath.installation=${deployment.installation}`, `towpath.release=${deployment.release}`],
    },
  })
  const inspected = await Promise.all(found.map(({ Id }) => docker.getContainer(Id).inspect()))
  const migrator = inspected.find(({ Config }) => Config.Labels['towpath.role'] === 'job')
  const services = inspected.filter(({ Config }) => Config.Labels['towpath.role'] === 'candidate')
  if (migrator === undefined || services.length !== 2)
    throw new Error(
      `release ${deployment.release} left ${found.length} containers, not a migrator and two services`,
    )
  return { migrator, services }
}

async function act({ migrator, services }: Made, created: string[]): Promise<FloorTimes> {
  const startedAt = performance.now()
  await runToEnd(migrator, created)
  const migratedAt = performance.now()
  const running = await Promise.all(services.map((service) => start(service, created)))
  const runningAt = performance.now()
  await Promise.all(running.map(awaitHealthy))
  const healthyAt = performance.now()
  return {
    migrator: migratedAt - startedAt,
    start: runningAt - migratedAt,
    healthy: healthyAt - runningAt,
    total: healthyAt - startedAt,
  }
}

async function runToEnd(like: Inspected, created: string[]): Promise<void> {
  const { id } = await start(like, created)
  const { StatusCode } = (await docker.getContainer(id).wait()) as { StatusCode: number }
  if (StatusCode !== 0) throw new Error(`the migrator ended with code ${StatusCode}`)
}

interface Running {
  id: string
  service: string
}

async function start(like: Inspected, created: string[]): Promise<Running> {
  const [first = '', ...others] = Object.keys(like.NetworkSettings.Networks)
  const container = await docker.createContainer({
    Image: like.Config.Image,
    Env: like.Config.Env,
    Entrypoint: like.Config.Entrypoint ?? [],
    Cmd: like.Config.Cmd,
    Labels: { [label]: 'yes' },
    HostConfig: { NetworkMode: first, RestartPolicy: like.HostConfig.RestartPolicy ?? { Name: 'no' } },
    NetworkingConfig: { EndpointsConfig: { [first]: {} } },
  })
  created.push(container.id)
  for (const network of others) await docker.getNetwork(network).connect({ Container: container.id })
  await container.start()
  return { id: container.id, service: like.Config.Labels['towpath.service'] ?? '' }
}

async function awaitHealthy({ id, service }: Running): Promise<void> {
  const { NetworkSettings } = await docker.getContainer(id).inspect()
  const [network] = Object.values(NetworkSettings.Networks)
  const url = `http://${network?.IPAddress ?? ''}:${ports[service] ?? 0}/health`
  await until(async () => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok, {
    withinMs: healthyWithinMs,
    everyMs: lookEveryMs,
    what: `${service} to answer its health check`,
  })
}
