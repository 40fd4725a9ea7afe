import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import { serviceOf } from '@towpath/domain/edge/replica.ts'
import { probeResult } from '@towpath/domain/signal/probe-result.ts'
import type { ProbeResult } from '@towpath/domain/signal/probe-result.ts'
import type { Performing } from '../runner/performing.ts'

/** Asks a slot its health question through the edge's private entry, the way that traffic takes. */
export async function probePlace(
  { edge, edgeSpec }: Pick<Performing, 'edge' | 'edgeSpec'>,
  { service, slot, health }: Pick<PlacedService, 'slot' | 'health'> & { service: string },
): Promise<ProbeResult> {
  const { path, timeoutMs } = health
  const request = { service: serviceOf(service), slot, method: 'GET', path, headers: {}, timeoutMs }
  return probeResult(await edge.probe(edgeSpec, request), health)
}
