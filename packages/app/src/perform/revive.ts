import { candidateContainer, slotAttachment } from '@towpath/domain/deployment/seating.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { PlacedService, Placement } from '@towpath/domain/environment/environment-state.ts'
import type { ServicePlan } from '@towpath/domain/deployment/plan.ts'
import type { Performing } from '../runner/performing.ts'
import type { ContainerState } from '../ports/container-engine.ts'
import type { Installation } from '../installation.ts'
import { performingFor } from '../runner/performing-for.ts'
import { stateOf } from '../state-of.ts'
import { seatAdopted } from './adopted.ts'
import { probePlace } from './probe-place.ts'

/** Longest wait for a release that had to be started again; then traffic goes there all the same, for want of better. */
const reviveWithinMs = 15_000
const lookEveryMs = 100

/**
 * How long an adopted container is seen down before standing work starts it. The team's own restart takes its containers
 * down and removes them or brings them up by itself; one that was started in between makes it fail.
 */
const teamRestartsWithinMs = 60_000

/** When adopted containers were first seen down, by id. A controller that comes later begins to count anew. */
const seenDown = new WeakMap<Installation, Map<string, number>>()

/** Makes sure that what traffic is about to go back to runs. Free where it never stopped. */
export async function reviveBefore(performing: Performing, old: Placement | null): Promise<void> {
  if (old === null) return
  const revived = await revivePlacement(performing, old, { atOnce: true })
  if (revived.length === 0) return
  const { installation, signal } = performing
  const deadline = installation.elapsedMs() + reviveWithinMs
  while (installation.elapsedMs() < deadline) {
    signal.throwIfAborted()
    const looks = await Promise.all(revived.map((place) => probePlace(performing, place)))
    if (looks.every((look) => look.saw === 'good')) return
    await installation.wake.wait(lookEveryMs, signal)
  }
}

/**
 * Starts the stopped containers of a placement with what they were deployed with; adopted ones once they have been down for
 * longer than a restart of the team's takes, unless all are wanted `atOnce`. Returns those it had to start.
 */
export async function revivePlacement(
  performing: Performing,
  placement: Placement,
  { atOnce }: { atOnce: boolean } = { atOnce: false },
): Promise<(PlacedService & { service: string })[]> {
  const { installation, engine, signal } = performing
  const revived = []
  for (const [service, place] of Object.entries(placement.services)) {
    const state = await engine.inspect(place.container)
    const mayBeRestarting = isTeamRestarting(installation, place, state)
    if (isInPlace(place, state) || (mayBeRestarting && !atOnce)) continue
    const then = await stateOf(installation.store, deploymentView, placement.deployment)
    const plan = then?.plan.services.find((candidate) => candidate.service === service)
    if (then === undefined || plan === undefined) continue
    // Its own secrets, not those of the release that came after it.
    const own = await performingFor(installation, then, signal)
    if (await startPlaced(own, plan, state)) revived.push({ ...place, service })
  }
  return revived
}

const isInPlace = ({ adopted }: PlacedService, state: ContainerState | null): boolean =>
  state !== null &&
  ['running', 'restarting'].includes(state.status) &&
  (adopted === undefined || adopted.id === state.id)

function isTeamRestarting(
  installation: Installation,
  place: PlacedService,
  state: ContainerState | null,
): boolean {
  const down = seenDown.get(installation) ?? new Map<string, number>()
  seenDown.set(installation, down)
  const id = place.adopted?.id
  if (id === undefined || state?.id !== id || isInPlace(place, state)) {
    if (id !== undefined) down.delete(id)
    return false
  }
  const since = down.get(id) ?? installation.elapsedMs()
  down.set(id, since)
  return installation.elapsedMs() - since < teamRestartsWithinMs
}

/** False where nothing had to be started, or nothing could be. */
async function startPlaced(
  { engine, deployment }: Performing,
  service: ServicePlan,
  found: ContainerState | null,
): Promise<boolean> {
  const { adopted } = service
  if (adopted === undefined) {
    await engine.ensureRunning(candidateContainer(deployment, service))
    return true
  }
  // Taken away by the team: that was meant.
  if (found === null) return false
  if (found.id === adopted.id) {
    await seatAdopted(engine, deployment, { ...service, adopted })
    return true
  }
  // Made anew by the team's own Compose: it is what they want to serve, and the edge knows it by its place alone.
  await engine.attach(found.id, slotAttachment(deployment, service))
  return false
}
