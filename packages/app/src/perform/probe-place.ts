import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import type { Performing } from '../runner/performing.ts'

/** What one look at a slot gave. `edgeDown` says that nobody could look: no verdict on the slot. */
export interface Look {
  good: boolean
  edgeDown: boolean
  saw: string
}

/** Asks a slot its health question through the edge's private entry, the way that traffic takes. */
export async function probePlace(
  { edge, edgeSpec }: Pick<Performing, 'edge' | 'edgeSpec'>,
  { service, slot, health }: Pick<PlacedService, 'slot' | 'health'> & { service: string },
): Promise<Look> {
  const { path, timeoutMs, statusMin, statusMax } = health
  const answer = await edge.probe(edgeSpec, { service, slot, method: 'GET', path, headers: {}, timeoutMs })
  if (answer.status === null)
    return { good: false, edgeDown: answer.edgeDown === true, saw: answer.fault ?? 'no answer' }
  const good = answer.status >= statusMin && answer.status <= statusMax
  return { good, edgeDown: false, saw: `status ${answer.status}` }
}
