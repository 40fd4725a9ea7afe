import type { PlacedService, Placement } from '../environment/environment-state.ts'
import type { Seating, Steering } from '../edge/wanted-edge.ts'
import { wantedEdge } from '../edge/wanted-edge.ts'
import type { SlotRole, WantedEdge } from '../edge/wanted.ts'
import { slotOffset } from '../edge/slots.ts'
import type { ContainerSpec } from './container.ts'
import type { Deployment } from './deployment-state.ts'
import { isDone } from './deployment-state.ts'
import type { DeploymentPlan, ServicePlan } from './plan.ts'
import { strategyFor, strategyOf } from './strategy/move.ts'
import { overlaps } from './strategy/strategy.ts'
import type { ServiceTraffic, Traffic } from './traffic.ts'

/** Who sits where while traffic stands like this, in rising precedence. */
export function seatingsAt(state: Deployment, traffic: Traffic): Seating[] {
  const previous = state.start?.previous ?? null
  const warm = isDone(state, 'retire-older') ? null : (state.start?.warm ?? null)
  const placements = { previous, warm, candidate: candidatePlacement(state) }
  const services = new Set(
    Object.values(placements).flatMap((placement) => Object.keys(placement?.services ?? {})),
  )
  const all = Object.values(traffic)
  const ofOthers: ServiceTraffic = {
    stage: all.length > 0 && all.every(({ stage }) => stage === 'switched') ? 'switched' : 'before',
    admitted: false,
    perMyriad: 0,
  }
  const reserve: SlotRole = { role: warm === null || warm.leaving === null ? 'backup' : 'draining' }
  return [...services].flatMap((service) => {
    const part = partsAt(traffic[service] ?? ofOthers, {
      reserve,
      oldStays: overlaps(strategyFor(state.plan, service)),
    })
    return part.flatMap(({ who, role }) => {
      const placement = placements[who]
      return placement?.services[service] === undefined ? [] : [{ placement: only(placement, service), role }]
    })
  })
}

interface Part {
  who: 'previous' | 'warm' | 'candidate'
  role: SlotRole
}

/** The one table of what each release does at each stage; later entries win a slot that two of them claim. */
function partsAt(
  { stage, admitted }: ServiceTraffic,
  { reserve, oldStays }: { reserve: SlotRole; oldStays: boolean },
): Part[] {
  const live: SlotRole = { role: 'live', weight: 100 }
  const draining: SlotRole = { role: 'draining' }
  const seated: Part[] = admitted ? [{ who: 'candidate', role: { role: 'candidate' } }] : []
  switch (stage) {
    case 'before':
    case 'admitted':
      return [{ who: 'warm', role: reserve }, ...seated, { who: 'previous', role: live }]
    case 'held':
      return [{ who: 'warm', role: draining }, { who: 'previous', role: draining }, ...seated]
    case 'switched':
      return [
        { who: 'warm', role: draining },
        // One that must not overlap was stopped before the switch: nothing of it is left to finish.
        ...(oldStays ? [{ who: 'previous', role: { role: 'backup' } } as const] : []),
        { who: 'candidate', role: live },
      ]
    case 'restored':
      return [
        { who: 'candidate', role: draining },
        { who: 'warm', role: reserve },
        { who: 'previous', role: live },
      ]
  }
}

const only = (placement: Placement, service: string): Placement => {
  const place = placement.services[service]
  return { ...placement, services: place === undefined ? {} : { [service]: place } }
}

/** The edge wanted while traffic stands like this, signed with the fence of whoever asks now. Needs the slot network's base, which the first preparation learns. */
export function edgeAt(
  state: Deployment,
  traffic: Traffic,
  options: { fence: number; subnet?: string },
): WantedEdge {
  return wantedEdge(
    {
      project: state.plan.project,
      environment: state.environment,
      deployment: state.id,
      fence: options.fence,
      subnet: options.subnet ?? state.subnet ?? '',
      serviceNumbers: state.start?.serviceNumbers ?? {},
      steering: steeringAt(state, traffic),
    },
    seatingsAt(state, traffic),
  )
}

function steeringAt(state: Deployment, traffic: Traffic): Record<string, Partial<Steering>> {
  const steering = steeringAtRest(state.plan)
  for (const [service, { stage, perMyriad }] of Object.entries(traffic))
    steering[service] = {
      ...steering[service],
      held: stage === 'held',
      trial:
        stage === 'admitted' && perMyriad > 0
          ? { slot: slotOf(state, service), perMyriad, salt: saltOf(state.id) }
          : null,
    }
  return steering
}

/** What a plan asks of the edge for as long as its release is live. */
export const steeringAtRest = (plan: DeploymentPlan): Record<string, Partial<Steering>> =>
  Object.fromEntries(
    plan.services.map((service) => {
      const strategy = strategyOf(service)
      return [service.service, { cohort: strategy.type === 'canary' && strategy.cohort }]
    }),
  )

/** Another draw for every deployment, the same one for its whole life. */
const saltOf = (deployment: string): number => {
  let salt = 0
  for (const character of deployment) salt = (salt * 31 + (character.codePointAt(0) ?? 0)) % 10_000
  return salt
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
