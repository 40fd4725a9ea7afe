import type { ServiceConfig } from '@towpath/domain/config/resolved-config.ts'
import { parseImageReference } from '@towpath/domain/release/image-reference.ts'
import type { Picture, RunningService } from '@towpath/domain/watch/picture.ts'
import type { ContainerState, ImageDescription } from '../ports/container-engine.ts'
import type { WatchedHost } from './watched-host.ts'

/** Labels that Docker Compose writes on every container of a project, in version 1 as in version 2. */
const composeLabels = {
  project: 'com.docker.compose.project',
  folder: 'com.docker.compose.project.working_dir',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
  configHash: 'com.docker.compose.config-hash',
} as const

/** Labels of the OCI image specification, written at build time. */
const imageLabels = {
  commit: 'org.opencontainers.image.revision',
  version: 'org.opencontainers.image.version',
} as const

/** One look at the team's compose project. */
export interface SeenServices {
  picture: Picture
  /** Containers by the service in `towpath.yaml`. */
  containers: Record<string, ContainerState[]>
  /** When each job in `towpath.yaml` last started there; RFC 3339. */
  jobs: Record<string, string>
}

/** Looks at what runs of the team's compose project. Only reads; throws where the engine does not answer. */
export async function seeServices(host: WatchedHost): Promise<SeenServices> {
  const { config } = host
  const all = (await host.engine.list(projectLabels(config))).filter(
    ({ labels }) => labels[composeLabels.oneOff]?.toLowerCase() !== 'true',
  )
  const of = (compose: string): ContainerState[] =>
    all
      .filter(({ labels }) => labels[composeLabels.service] === compose)
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const containers = Object.fromEntries(
    config.services
      .map((service): [string, ContainerState[]] => [service.name, of(service.compose)])
      .filter(([, found]) => found.length > 0),
  )
  const services = config.services.filter(({ name }) => containers[name] !== undefined)
  const running = await Promise.all(
    services.map(async (service): Promise<[string, RunningService]> => [
      service.name,
      await describeService(host, service, containers[service.name] ?? []),
    ]),
  )
  const jobs = config.jobs.flatMap(({ name, compose }): [string, string][] => {
    const started = of(compose).flatMap(({ startedAt }) => startedAt ?? [])
    const last = started.toSorted((one, other) => Date.parse(one) - Date.parse(other)).at(-1)
    return last === undefined ? [] : [[name, last]]
  })
  return { picture: Object.fromEntries(running), containers, jobs: Object.fromEntries(jobs) }
}

const projectLabels = ({ host, map }: WatchedHost['config']): Record<string, string> =>
  map.project === undefined
    ? { [composeLabels.folder]: host.folder.replace(/(?<=.)\/$/, '') }
    : { [composeLabels.project]: map.project }

/** Where replicas differ, the one that started last says what the service becomes. */
async function describeService(
  { engine }: WatchedHost,
  service: ServiceConfig,
  containers: ContainerState[],
): Promise<RunningService> {
  const newest = containers.toSorted((one, other) => startOf(one) - startOf(other)).at(-1)
  const { image = '', imageId = '', labels = {} } = newest ?? {}
  const described = await engine.describeImage(imageId)
  return {
    image: referenceOf(service, described) ?? imageId,
    named: image,
    commit: described?.labels[imageLabels.commit] || null,
    version: described?.labels[imageLabels.version] || null,
    configHash: labels[composeLabels.configHash] ?? null,
    containers: containers.map(({ name, id }) => ({ name, id })),
  }
}

const startOf = ({ startedAt }: ContainerState): number => (startedAt === null ? 0 : Date.parse(startedAt))

/** The digest it has in the service's own repository, else in any. */
function referenceOf({ image }: ServiceConfig, described: ImageDescription | null): string | null {
  const repository = repositoryOf(image)
  const digests = described?.digests ?? []
  return digests.find((digest) => repositoryOf(digest) === repository) ?? digests[0] ?? null
}

function repositoryOf(text: string): string {
  const parsed = parseImageReference(text)
  return parsed.ok ? `${parsed.reference.domain}/${parsed.reference.path}` : text
}
