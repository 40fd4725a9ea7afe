import { addTraffic, noTraffic } from '@towpath/domain/signal/traffic.ts'
import type { SlotTraffic, TrafficCount } from '@towpath/domain/signal/traffic.ts'
import { admittedPlacement } from '@towpath/domain/deployment/seating.ts'
import { serviceOf, servicesOf } from '@towpath/domain/edge/replica.ts'
import type { Placement } from '@towpath/domain/environment/environment-state.ts'
import type { Performing } from '../runner/performing.ts'

/** What each side of a deployment was sent, by service. Counts grow for as long as this controller follows the edge's log. */
export interface Sides {
  candidate: Record<string, TrafficCount>
  previous: Record<string, TrafficCount>
}

export async function sidesOf({ deployment, edge, edgeSpec }: Performing): Promise<Sides> {
  const seen = await edge.traffic(edgeSpec)
  return {
    candidate: countsOf(seen, admittedPlacement(deployment)),
    previous: countsOf(seen, deployment.start?.previous ?? null),
  }
}

/** All replicas together. Where both sides are one release in one slot there is nothing to compare, and it counts on both. */
function countsOf(seen: SlotTraffic[], placement: Placement | null): Record<string, TrafficCount> {
  const places = Object.entries(placement?.services ?? {})
  const sits = ({ service, slot, release }: SlotTraffic): boolean =>
    release === placement?.release &&
    places.some(([key, place]) => serviceOf(key) === service && place.slot === slot)
  return Object.fromEntries(
    servicesOf(places.map(([key]) => key)).map((service) => [
      service,
      seen.filter((one) => one.service === service && sits(one)).reduce<TrafficCount>(addTraffic, noTraffic),
    ]),
  )
}

/** What the release before did so far, of these services. An edge that cannot be asked leaves it empty: unknown, not good. */
export async function baselineOf(
  performing: Performing,
  services: readonly string[],
): Promise<Record<string, TrafficCount>> {
  const sides = await sidesOf(performing).catch(() => null)
  return Object.fromEntries(services.map((service) => [service, sides?.previous[service] ?? noTraffic]))
}
