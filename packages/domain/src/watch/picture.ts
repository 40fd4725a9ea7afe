/** One container of a shipped service that the team's own compose project has on the host. */
export interface RunningContainer {
  name: string
  id: string
}

/** What one shipped service runs as. */
export interface RunningService {
  /** `repository@sha256:...` where the image came from a registry, else the image's own id on the host. */
  image: string
  /** As the container names it, mostly by a tag. */
  named: string
  /** From the image's label `org.opencontainers.image.revision`; null where it has none. */
  commit: string | null
  /** From its label `org.opencontainers.image.version`. */
  version: string | null
  /** Compose's own digest of the service's settings; null where the container carries none. */
  configHash: string | null
  /** By name. */
  containers: RunningContainer[]
}

/** What runs of the services in `towpath.yaml`, by their names there. A service without a container is not in it. */
export type Picture = Record<string, RunningService>

/**
 * What a change of the picture is. `rollback`: images that ran before and were not found wanting; `recreate`: the same
 * images in other containers; `removal`: a service has no container any more.
 */
export type ChangeKind = 'deploy' | 'rollback' | 'recreate' | 'removal'

/** The same containers: nothing was deployed in between. How they fare is no part of it. */
export const isSamePicture = (one: Picture, other: Picture): boolean =>
  textOf(one, idsOf) === textOf(other, idsOf)

/** The same images for the same services, in whatever containers. */
export const hasSameImages = (one: Picture, other: Picture): boolean =>
  textOf(one, ({ image }) => image) === textOf(other, ({ image }) => image)

/** Services that have other containers than before, or none, in order of their names. */
export function changedServices(from: Picture, to: Picture): string[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].toSorted()
  return names.filter((name) => idsOf(from[name]) !== idsOf(to[name]))
}

/** What the change from one picture to another is, given the pictures that ran well before. */
export function changeKind(from: Picture, to: Picture, ranWell: readonly Picture[]): ChangeKind {
  if (Object.keys(from).some((service) => to[service] === undefined)) return 'removal'
  if (hasSameImages(from, to)) return 'recreate'
  return ranWell.some((picture) => hasSameImages(picture, to)) ? 'rollback' : 'deploy'
}

const idsOf = (service: RunningService | undefined): string =>
  (service?.containers ?? [])
    .map(({ id }) => id)
    .toSorted()
    .join(',')

const textOf = (picture: Picture, of: (service: RunningService) => string): string =>
  JSON.stringify(
    Object.entries(picture)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, service]) => [name, of(service)]),
  )
