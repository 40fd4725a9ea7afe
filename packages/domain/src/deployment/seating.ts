import type { PlacedService, Placement } from '../environment/environment-state.ts'
import type { Seating, Steering } from '../edge/wanted-edge.ts'
import { wantedEdge } from '../edge/wanted-edge.ts'
import type { SlotRole, WantedEdge } from '../edge/wanted.ts'
import { isFirstReplica, serviceOf } from '../edge/replica.ts'
import { slotOffset } from '../edge/slots.ts'
import type { Attachment, ContainerSpec } from './container.ts'
import type { Deployment } from './deployment-state.ts'
import { isDone } from './deployment-state.ts'
import type { DeploymentPlan, ServicePlan } from './plan.ts'
import { strategyFor, strategyOf } from './strategy/move.ts'
import { overlaps } from './strategy/strategy.ts'
import { oldKeysOf, oldStays, turnOf } from './strategy/turn.ts'
import { hasMoved, trafficOf } from './traffic.ts'
import type { ServiceTraffic, Traffic } from './traffic.ts'

/** Who sits where while traffic stands like this, in rising precedence. */
export function seatingsAt(state: Deployment, traffic: Traffic): Seating[] {
  const previous = state.start?.previous ?? null
  const warm = isDone(state, 'retire-older') ? null : (state.start?.warm ?? null)
  const placements = { previous, warm, candidate: candidatePlacement(state) }
  const keys = new Set(
    Object.values(placements).flatMap((placement) => Object.keys(placement?.services ?? {})),
  )
  const all = Object.values(traffic)
  const ofOthers: ServiceTraffic = {
    stage: all.length > 0 && all.every(hasMoved) ? 'switched' : 'before',
    admitted: false,
    perMyriad: 0,
  }
  const reserve: SlotRole = { role: warm === null || warm.leaving === null ? 'backup' : 'draining' }
  return [...keys].flatMap((key) => {
    const now = traffic[key] ?? traffic[turnOf(state.plan, key)] ?? ofOthers
    return partsAt(now, { reserve, left: leftOfOld(state.plan, key) }).flatMap(({ who, role }) => {
      const placement = placements[who]
      return placement?.services[key] === undefined ? [] : [{ placement: only(placement, key), role }]
    })
  })
}

interface Part {
  who: 'previous' | 'warm' | 'candidate'
  role: SlotRole
}

/** What the old instance does once the new one serves. One that must not overlap was stopped before: nothing is left. */
function leftOfOld(plan: DeploymentPlan, key: string): Part[] {
  if (oldStays(plan, key)) return [{ who: 'previous', role: { role: 'backup' } }]
  return overlaps(strategyFor(plan, key)) ? [{ who: 'previous', role: { role: 'draining' } }] : []
}

/** The one table of what each release does at each stage; later entries win a slot that two of them claim. */
function partsAt(
  { stage, admitted }: ServiceTraffic,
  { reserve, left }: { reserve: SlotRole; left: Part[] },
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
      return [{ who: 'warm', role: draining }, ...left, { who: 'candidate', role: live }]
    case 'replaced':
      return [
        { who: 'warm', role: draining },
        { who: 'candidate', role: live },
      ]
    case 'restored':
      return [
        // One that was never admitted may have been dealt the slot of a replica that serves.
        ...(admitted ? [{ who: 'candidate', role: draining } as const] : []),
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
      environment: state.plan.environment,
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
  const firsts = Object.entries(traffic).filter(([key]) => isFirstReplica(key))
  for (const [service, { stage, perMyriad }] of firsts)
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

/** The same without services and replicas that are not in their slots yet. */
export function admittedPlacement(state: Deployment): Placement {
  const traffic = trafficOf(state)
  const placement = candidatePlacement(state)
  const admitted = Object.entries(placement.services).filter(([key]) => traffic[key]?.admitted === true)
  return { ...placement, services: Object.fromEntries(admitted) }
}

const placed = (state: Deployment, service: ServicePlan): PlacedService => {
  const slot = slotOf(state, service.service)
  return {
    slot,
    container: service.adopted?.name ?? containerName(service, slot),
    image: service.container.image,
    specDigest: service.specDigest,
    port: service.port,
    health: service.health,
    stopGraceMs: service.stopGraceMs,
    ...(service.adopted === undefined ? {} : { adopted: service.adopted }),
  }
}

const slotOf = (state: Deployment, service: string): string => state.start?.slots[service] ?? 's1'

const containerName = (service: ServicePlan, slot: string): string =>
  `${service.container.name}-${service.specDigest}-${slot}`

/** The container of a service's candidate: the plan's, with the name, labels and fixed address of its slot. */
export function candidateContainer(state: Deployment, service: ServicePlan): ContainerSpec {
  const slot = slotOf(state, service.service)
  return {
    ...service.container,
    name: containerName(service, slot),
    labels: { ...service.container.labels, 'towpath.slot': slot, 'towpath.deployment': state.id },
    networks: [...service.container.networks, slotAttachment(state, service)],
  }
}

/** The fixed place of a service's slot in the slot network: whatever container sits there is at this address. */
export function slotAttachment(state: Deployment, { service }: ServicePlan): Attachment {
  const number = state.start?.serviceNumbers[serviceOf(service)] ?? 0
  const offset = slotOffset(number, slotOf(state, service))
  return { network: state.plan.edge.slotNetwork, aliases: [], offset }
}

/**
 * Candidates that a way back may take out, by key: all of them, or those of one replica's turn. Not those that were live
 * or warm before it began, nor those that it took out already.
 */
export function candidatesToRemove(state: Deployment, replica?: string): Record<string, PlacedService> {
  const kept = new Set(
    [state.start?.previous, state.start?.warm].flatMap((placement) =>
      Object.values(placement?.services ?? {}).map((service) => service.container),
    ),
  )
  const candidates = Object.entries(candidatePlacement(state).services)
  return Object.fromEntries(
    candidates.filter(
      ([key, place]) =>
        !kept.has(place.container) &&
        !isDone(state, `remove-candidates:${key}`) &&
        (replica === undefined || key === replica),
    ),
  )
}

/** Places of the release before that leave with these services: never those that the new one sits in itself. */
export function placesLeaving(state: Deployment, services: readonly string[]): Record<string, PlacedService> {
  const own = new Set(Object.values(candidatePlacement(state).services).map(({ container }) => container))
  const leaving = new Set([...services, ...oldKeysOf(state, services)])
  const old = Object.entries(state.start?.previous?.services ?? {})
  return Object.fromEntries(old.filter(([key, { container }]) => leaving.has(key) && !own.has(container)))
}

/** What of the release before takes traffic again: what left in one replica's turn, or all that went over otherwise. */
export function returningPlacement(state: Deployment, replica?: string): Placement | null {
  const { plan, start } = state
  const previous = start?.previous ?? null
  if (previous === null) return null
  const services = Object.entries(previous.services).filter(([old]) => {
    const turn = turnOf(plan, old)
    return replica === undefined ? strategyFor(plan, turn).type !== 'rolling' : turn === replica
  })
  return { ...previous, services: Object.fromEntries(services) }
}
