import type { DeploymentPlan, ServicePlan } from '../../deployment/plan.ts'
import type { AdoptedFacts, AdoptionRecord } from './adoption-record.ts'
import { composeLabels } from './found-container.ts'
import type { FoundContainer } from './found-container.ts'
import { compareEnvironment, driftOf } from './drift.ts'
import type { Written } from './drift.ts'
import { digestOf } from './read-running.ts'
import type { Seat } from './read-running.ts'

/** What the files say of a service, by the key of its place. */
export type WrittenOf = (service: ServicePlan) => Written

/**
 * The plan of a release that runs already: its places are taken by the containers that were found, and nothing is made,
 * migrated, checked or watched for it. The same plan later brings them back.
 */
export function planAdoption(
  plan: DeploymentPlan,
  seats: readonly Seat[],
  { writtenOf, sha256 }: { writtenOf: WrittenOf; sha256: (text: string) => string },
): DeploymentPlan {
  const places = plan.services.flatMap((service) => {
    const seat = seats.find(({ key }) => key === service.service)
    return seat === undefined ? [] : [{ service, container: seat.container }]
  })
  const composeProject = plan.composeProject ?? ''
  return {
    ...plan,
    networks: plan.networks.filter(({ name }) => name === plan.edge.slotNetwork),
    volumes: [],
    accessoriesBefore: [],
    accessoriesAfter: [],
    backup: null,
    jobs: [],
    services: places.map(({ service, container }) => taken(service, container, sha256)),
    bakeMs: 0,
    approvals: 0,
    adoption: { ...recordOf(places, writtenOf), composeProject, migrates: plan.jobs.length > 0 },
  }
}

const taken = (
  service: ServicePlan,
  { id, name, restart }: FoundContainer,
  sha256: (text: string) => string,
): ServicePlan => ({
  ...service,
  adopted: { id, name, restart },
  // Never that of a container that we would make: going forward to the same release is a change.
  specDigest: sha256(`adopted ${id}`).slice(0, 12),
})

function recordOf(
  places: readonly { service: ServicePlan; container: FoundContainer }[],
  writtenOf: WrittenOf,
): Pick<AdoptionRecord, 'containers' | 'drift'> {
  return {
    containers: places.map(({ service, container }): AdoptedFacts => {
      const { id, name, image, imageId, labels } = container
      return {
        ...{ key: service.service, container: name, id, image, imageId },
        digest: digestOf(container),
        configHash: labels[composeLabels.configHash] ?? null,
        environment: compareEnvironment(container, writtenOf(service).spec.environment),
      }
    }),
    drift: places.flatMap(({ service, container }) =>
      driftOf(container, writtenOf(service), service.service),
    ),
  }
}

/** The plan of a rollback to an adopted release whose containers are partly gone: those are made from the files. */
export const withoutGone = (plan: DeploymentPlan, gone: ReadonlySet<string>): DeploymentPlan => ({
  ...plan,
  services: plan.services.map((service) => {
    if (service.adopted === undefined || !gone.has(service.adopted.id)) return service
    const { adopted: _gone, ...made } = service
    return made
  }),
})
