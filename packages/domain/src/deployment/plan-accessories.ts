import type { ServiceConfig } from '../config/resolved-config.ts'
import { parseImageReference } from '../release/image-reference.ts'
import type { ComposeModel, ComposeService } from '../project/compose-model.ts'
import type { ContainerSpec } from './container.ts'
import { containerFor } from './plan-container.ts'
import type { PlanInput } from './plan-deployment.ts'

/**
 * The parts of the compose file that Towpath does not ship. It creates those that are missing, from the file, once; what
 * is there already is left as it is for ever.
 */
export function accessoriesOf(input: PlanInput): {
  before: ContainerSpec[]
  after: ContainerSpec[]
  notes: string[]
} {
  const { config, model } = input
  const shipped = new Set(config.services.map((service) => service.compose))
  const jobs = new Set(config.jobs.map((job) => job.compose))
  const accessories = sorted(model).filter((service) => !shipped.has(service.name) && !jobs.has(service.name))
  const inFront = (service: ComposeService): boolean =>
    [...needs(service.name, model)].some((name) => shipped.has(name))
  const specs = (chosen: ComposeService[]): ContainerSpec[] =>
    chosen.filter(isOurs).map((service) => containerFor(service, input, 'accessory'))
  return {
    before: specs(accessories.filter((service) => !inFront(service))),
    after: specs(accessories.filter(inFront)),
    notes: [
      ...accessories
        .filter((service) => !isOurs(service))
        .map((service) => `accessory ${service.name} ${whyLeft(service)}: it is left to you`),
      ...accessories.filter(isOurs).flatMap((service) => leftBehind(service, config.services)),
      ...sharedVolumes(input),
    ],
  }
}

const isOurs = (service: ComposeService): boolean => service.image !== null && service.networkMode === null

/** A worker that runs a service's image takes no traffic, so no release replaces it: nobody should find out later. */
function leftBehind({ name, image }: ComposeService, services: readonly ServiceConfig[]): string[] {
  const repository = repositoryIn(image ?? '')
  const same = services.find((service) => repository !== null && repositoryIn(service.image) === repository)
  return same === undefined
    ? []
    : [
        `accessory ${name} runs an image of ${same.name} and is not replaced by a release: it stays at ${image}`,
      ]
}

function repositoryIn(image: string): string | null {
  const parsed = parseImageReference(image)
  return parsed.ok ? `${parsed.reference.domain}/${parsed.reference.path}` : null
}

const sharedVolumes = ({ config, model }: PlanInput): string[] =>
  config.services.flatMap((service) =>
    (model.services[service.compose]?.mounts ?? [])
      .filter((mount) => mount.type === 'volume' && !mount.readOnly)
      .map(
        (mount) =>
          `${service.name} writes to the volume at ${mount.target}: both releases share it while they overlap`,
      ),
  )

const whyLeft = (service: ComposeService): string =>
  service.image === null ? 'has no image, only a build' : `uses network_mode: ${service.networkMode ?? ''}`

/** Everything a service needs, directly or through others. */
function needs(name: string, model: ComposeModel, seen = new Set<string>()): Set<string> {
  for (const other of Object.keys(model.services[name]?.dependsOn ?? {}))
    if (!seen.has(other)) needs(other, model, seen.add(other))
  return seen
}

/** Services with what they need first. */
function sorted(model: ComposeModel): ComposeService[] {
  const byNeed = Object.values(model.services).map((service) => ({
    service,
    depth: needs(service.name, model).size,
  }))
  return byNeed.toSorted((one, other) => one.depth - other.depth).map(({ service }) => service)
}
