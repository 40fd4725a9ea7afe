import type { PlacedService, Placement } from '../environment/environment-state.ts'
import type { Seating } from '../edge/wanted-edge.ts'
import { wantedEdge } from '../edge/wanted-edge.ts'
import type { SlotRole, WantedEdge } from '../edge/wanted.ts'
import { slotOffset } from '../edge/slots.ts'
import type { ContainerSpec } from './container.ts'
import type { Deployment } from './deployment-state.ts'
import { isDone } from './deployment-state.ts'
import type { ServicePlan } from './plan.ts'

/** How far traffic has moved, as the edge is told. Nothing lies between two of them. */
export type TrafficStage = 'before' | 'admitted' | 'switched' | 'restored'

/** Who sits where at a stage, in rising precedence. `admitted` names the services whose candidates are in so far. */
export function seatingsAt(state: Deployment, stage: TrafficStage, admitted: string[] = []): Seating[] {
  const previous = state.start?.previous ?? null
  const warm = isDone(state, 'retire-older') ? null : (state.start?.warm ?? null)
  const reserve: SlotRole = { role: warm === null || warm.leaving === null ? 'backup' : 'draining' }
  const candidates = candidatePlacement(state)
  const old = seat(previous, { role: 'live', weight: 100 })
  switch (stage) {
    case 'before':
      return [...seat(warm, reserve), ...old]
    case 'admitted':
      return [...seat(warm, reserve), ...seat(only(candidates, admitted), { role: 'candidate' }), ...old]
    case 'switched':
      return [
        ...seat(warm, { role: 'draining' }),
        ...seat(previous, { role: 'backup' }),
        ...seat(candidates, { role: 'live', weight: 100 }),
      ]
    case 'restored':
      return [...seat(candidates, { role: 'draining' }), ...seat(warm, reserve), ...old]
  }
}

const seat = (placement: Placement | null, role: SlotRole): Seating[] =>
  placement === null ? [] : [{ placement, role }]

const only = (placement: Placement, services: string[]): Placement => ({
  ...placement,
  services: Object.fromEntries(
    Object.entries(placement.services).filter(([service]) => services.includes(service)),
  ),
})

/** The edge wanted at a stage, signed with the fence of whoever asks now. Needs the slot network's base, which the first preparation learns. */
export function edgeAt(
  state: Deployment,
  stage: TrafficStage,
  options: { fence: number; admitted?: string[]; subnet?: string },
): WantedEdge {
  return wantedEdge(
    {
      project: state.plan.project,
      environment: state.environment,
      deployment: state.id,
      fence: options.fence,
      subnet: options.subnet ?? state.subnet ?? '',
      serviceNumbers: state.start?.serviceNumbers ?? {},
    },
    seatingsAt(state, stage, options.admitted),
  )
}

/** The release's services in the slots that were dealt at the start. */
export function candidatePlacement(state: Deployment): Placement {
  return {
    release: state.release,
    deployment: state.id,
    services: Object.fromEntries(
      state.plan.services.map((service) => [service.service, placed(state, service)]),
    ),
  }
}

const placed = (state: Deployment, service: ServicePlan): PlacedService => {
  const slot = slotOf(state, service.service)
  return {
    slot,
    container: containerName(service, slot),
    image: service.container.image,
    specDigest: service.specDigest,
    port: service.port,
    health: service.health,
    stopGraceMs: service.stopGraceMs,
  }
}

const slotOf = (state: Deployment, service: string): string => state.start?.slots[service] ?? 's1'

const containerName = (service: ServicePlan, slot: string): string =>
  `${service.container.name}-${service.specDigest}-${slot}`

/** The container of a service's candidate: the plan's, with the name, labels and fixed address of its slot. */
export function candidateContainer(state: Deployment, service: ServicePlan): ContainerSpec {
  const slot = slotOf(state, service.service)
  const offset = slotOffset(state.start?.serviceNumbers[service.service] ?? 0, slot)
  return {
    ...service.container,
    name: containerName(service, slot),
    labels: { ...service.container.labels, 'towpath.slot': slot, 'towpath.deployment': state.id },
    networks: [...service.container.networks, { network: state.plan.edge.slotNetwork, aliases: [], offset }],
  }
}

/** Candidates that a way back may take out, by service: not those that were live or warm before it began. */
export function candidatesToRemove(state: Deployment): Record<string, PlacedService> {
  const kept = new Set(
    [state.start?.previous, state.start?.warm].flatMap((placement) =>
      Object.values(placement?.services ?? {}).map((service) => service.container),
    ),
  )
  const candidates = Object.entries(candidatePlacement(state).services)
  return Object.fromEntries(candidates.filter(([, place]) => !kept.has(place.container)))
}
