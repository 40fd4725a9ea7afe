import type { Placement } from '../environment/environment-state.ts'
import type { HealthCheckSpec, SlotRole, WantedEdge, WantedService, WantedSlot } from './wanted.ts'
import { serviceOf, servicesOf } from './replica.ts'
import { addressAt, slotNames, slotOffset } from './slots.ts'

/** Which release sits where, and what part it plays. Later entries win a slot that two of them claim. */
export interface Seating {
  placement: Placement
  role: SlotRole
}

export interface EdgeFacts {
  project: string
  environment: string
  deployment: string
  fence: number
  subnet: string
  serviceNumbers: Record<string, number>
  /** How services are sent their requests, where that is otherwise than by the roles of their slots alone. */
  steering?: Record<string, Partial<Steering>>
}

/** How the requests of a service find their slot, beside the roles. */
export type Steering = Pick<WantedService, 'trial' | 'cohort' | 'held'>

const byRolesAlone: Steering = { trial: null, cohort: false, held: false }

/** The edge that gives every seated release its role; slots that nobody sits in are off. */
export function wantedEdge(facts: EdgeFacts, seatings: Seating[]): WantedEdge {
  const services = servicesOf(seatings.flatMap(({ placement }) => Object.keys(placement.services)))
  return {
    project: facts.project,
    environment: facts.environment,
    fence: facts.fence,
    deployment: facts.deployment,
    services: services.toSorted().map((service) => wantedService(service, facts, seatings)),
  }
}

function wantedService(service: string, facts: EdgeFacts, seatings: Seating[]): WantedService {
  const seated = seatings.flatMap(({ placement, role }) =>
    Object.entries(placement.services)
      .filter(([key]) => serviceOf(key) === service)
      .map(([, place]) => ({ ...place, role, release: placement.release })),
  )
  const spokesman = seated.findLast((place) => place.role.role === 'live') ?? seated.at(-1)
  const port = spokesman?.port ?? 0
  const health: HealthCheckSpec = spokesman?.health ?? neverAsked
  const number = facts.serviceNumbers[service] ?? 0
  const slots = slotNames.map((slot): WantedSlot => {
    const place = seated.findLast((candidate) => candidate.slot === slot)
    const address = addressAt(facts.subnet, slotOffset(number, slot))
    if (place === undefined) return { role: 'off', slot, address, port, release: null }
    return { ...place.role, slot, address, port: place.port, release: place.release }
  })
  return { service, port, health, slots, ...byRolesAlone, ...facts.steering?.[service] }
}

const neverAsked: HealthCheckSpec = {
  path: '/',
  intervalMs: 1000,
  timeoutMs: 1000,
  statusMin: 200,
  statusMax: 399,
}
