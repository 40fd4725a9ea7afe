import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { SlotTraffic, TrafficCount } from '@towpath/domain/signal/traffic.ts'
import { sidesOf } from '../perform/release-traffic.ts'
import type { Performing } from '../runner/performing.ts'

/** What a service is asked at present, and how its live release answers. */
export interface PresentTraffic {
  /** Mean since this controller began, all releases of the service together. */
  requestsPerSecond: number
  baseline: TrafficCount
}

/** By service; of a service that nobody was seen to ask there is no entry. */
export async function presentTraffic(performing: Performing): Promise<Record<string, PresentTraffic>> {
  const { installation, edge, edgeSpec, deployment } = performing
  if (deployment.start?.previous == null) return {}
  try {
    const [seen, sides] = await Promise.all([edge.traffic(edgeSpec), sidesOf(performing)])
    const seconds = installation.elapsedMs() / 1_000
    return Object.fromEntries(
      Object.entries(sides.previous)
        .filter(([, baseline]) => baseline.requests > 0)
        .map(([service, baseline]) => [
          service,
          { requestsPerSecond: requestsOf(seen, service) / seconds, baseline },
        ]),
    )
  } catch (error) {
    const { environment } = deployment
    installation.log.warn({ environment, error: messageOf(error) }, 'present traffic is unknown')
    return {}
  }
}

const requestsOf = (seen: SlotTraffic[], service: string): number =>
  seen.filter((one) => one.service === service).reduce((sum, { requests }) => sum + requests, 0)
