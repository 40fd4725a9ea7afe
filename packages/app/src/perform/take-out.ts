import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { candidatesToRemove, edgeAt } from '@towpath/domain/deployment/seating.ts'
import type { Installation } from '../installation.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'
import type { Edge, EdgeSpec } from '../ports/edge.ts'
import type { Perform } from '../runner/performing.ts'

export interface TakeOut {
  installation: Installation
  engine: ContainerEngine
  edge: Edge
  edgeSpec: EdgeSpec
  /** Services by name in the slots they leave. */
  leaving: Record<string, PlacedService>
  /** The edge once they are out. */
  after: WantedEdge
  drainMs: number
  signal: AbortSignal
}

/**
 * Lets containers finish what they have, takes their slots off the edge and stops them. They stay on the host, stopped:
 * that keeps their image from being pruned and makes the way back short.
 */
export async function takeOut(facts: TakeOut): Promise<string[]> {
  await awaitIdle(facts)
  await facts.edge.apply(facts.edgeSpec, facts.after)
  const leaving = Object.values(facts.leaving)
  await Promise.all(leaving.map((service) => facts.engine.stop(service.container, service.stopGraceMs)))
  return leaving.map((service) => service.container)
}

async function awaitIdle({ installation, edge, edgeSpec, leaving, drainMs, signal }: TakeOut): Promise<void> {
  const deadline = installation.elapsedMs() + drainMs
  while (installation.elapsedMs() < deadline) {
    signal.throwIfAborted()
    const status = await edge.status(edgeSpec)
    const busy = status.some((slot) => leaving[slot.service]?.slot === slot.slot && slot.sessions > 0)
    if (!busy) return
    await installation.wake.wait(100, signal)
  }
}

/** The release that was warm before: two releases in reserve are one too many. */
export const retireOlder: Perform<'retire-older'> = async ({ deployment, ...at }) => {
  const warm = deployment.start?.warm
  if (!warm) return { type: 'older.retired', data: { release: '' } }
  const done = { ...deployment.done, 'retire-older': { seq: 0, at: '' } }
  const after = edgeAt({ ...deployment, done }, 'switched')
  await takeOut({ ...at, leaving: warm.services, drainMs: deployment.plan.drainMs, after })
  return { type: 'older.retired', data: { release: warm.release } }
}

/** Candidates of a deployment that turned round. What was live or warm before it began stays. */
export const removeCandidates: Perform<'remove-candidates'> = async ({ deployment, ...at }) => {
  const leaving = candidatesToRemove(deployment)
  const containers = await takeOut({
    ...at,
    leaving,
    drainMs: deployment.plan.drainMs,
    after: edgeAt(deployment, 'before'),
  })
  for (const container of containers) await at.engine.remove(container)
  return { type: 'candidates.removed', data: { containers } }
}
