import { candidatesToRemove } from '@towpath/domain/deployment/seating.ts'
import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { steerEdge, wantedAt } from './steer-edge.ts'

type Leaving = Record<string, PlacedService>

/** The release that was warm before: two releases in reserve are one too many. It finishes what it has, then stops. */
export const retireOlder: Perform<'retire-older'> = async (performing) => {
  const { deployment } = performing
  const warm = deployment.start?.warm
  if (!warm) return { type: 'older.retired', data: { release: '' } }
  await steerEdge(performing, wantedAt(performing, 'switched'))
  await awaitIdle(performing, warm.services)
  const done = { ...deployment.done, 'retire-older': { seq: 0, at: '' } }
  await steerEdge(performing, wantedAt({ ...performing, deployment: { ...deployment, done } }, 'switched'))
  await stopAll(performing, warm.services)
  return { type: 'older.retired', data: { release: warm.release } }
}

/** Candidates of a deployment that turned round. What was live or warm before it began stays. */
export const removeCandidates: Perform<'remove-candidates'> = async (performing) => {
  const leaving = candidatesToRemove(performing.deployment)
  await steerEdge(performing, wantedAt(performing, 'restored'))
  await awaitIdle(performing, leaving)
  await steerEdge(performing, wantedAt(performing, 'before'))
  const containers = await stopAll(performing, leaving)
  for (const container of containers) await performing.engine.remove(container)
  return { type: 'candidates.removed', data: { containers } }
}

/** Waits until nothing is in flight on the slots, at most as long as requests are given to finish. */
async function awaitIdle(performing: Performing, leaving: Leaving): Promise<void> {
  const { installation, edge, edgeSpec, deployment, signal } = performing
  const deadline = installation.elapsedMs() + deployment.plan.drainMs
  while (installation.elapsedMs() < deadline) {
    signal.throwIfAborted()
    const status = await edge.status(edgeSpec)
    if (!status.some((slot) => leaving[slot.service]?.slot === slot.slot && slot.sessions > 0)) return
    await installation.wake.wait(100, signal)
  }
}

/** Stopped containers stay on the host: that keeps their image from being pruned and makes the way back short. */
async function stopAll({ engine }: Performing, leaving: Leaving): Promise<string[]> {
  const places = Object.values(leaving)
  await Promise.all(places.map((place) => engine.stop(place.container, place.stopGraceMs)))
  return places.map((place) => place.container)
}
