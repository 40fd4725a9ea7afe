import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { TrafficCount } from '@towpath/domain/signal/traffic.ts'
import { sidesOf } from '../perform/release-traffic.ts'
import type { Performing } from '../runner/performing.ts'

/** What a service is asked at present, and how its live release answers. */
export interface PresentTraffic {
  requestsPerSecond: number
  baseline: TrafficCount
}

/** By service; of a service that nobody was seen to ask there is no entry. */
export async function presentTraffic(performing: Performing): Promise<Record<string, PresentTraffic>> {
  const { installation, edge, edgeSpec, deployment } = performing
  if (deployment.start?.previous == null) return {}
  const sides = await sidesOf(performing).catch((error: unknown) => {
    installation.log.warn({ environment: deployment.environment, error: messageOf(error) }, 'traffic unknown')
    return null
  })
  const followedMs = sides === null ? 0 : await edge.followedMs(edgeSpec)
  return Object.fromEntries(
    Object.entries(sides?.previous ?? {})
      .filter(([, count]) => count.requests > 0 && followedMs > 0)
      .map(([service, count]) => [
        service,
        { requestsPerSecond: (count.requests / followedMs) * 1_000, baseline: count },
      ]),
  )
}
