import { candidateContainer, slotAttachment } from '@towpath/domain/deployment/seating.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { PlacedService, Placement } from '@towpath/domain/environment/environment-state.ts'
import type { ServicePlan } from '@towpath/domain/deployment/plan.ts'
import type { Performing } from '../runner/performing.ts'
import type { ContainerState } from '../ports/container-engine.ts'
import { performingFor } from '../runner/performing-for.ts'
import { stateOf } from '../state-of.ts'
import { seatAdopted } from './adopted.ts'
import { probePlace } from './probe-place.ts'

/** Longest wait for a release that had to be started again; then traffic goes there all the same, for want of better. */
const reviveWithinMs = 15_000
const lookEveryMs = 100

/** Makes sure that what traffic is about to go back to runs. Free where it never stopped. */
export async function reviveBefore(performing: Performing, old: Placement | null): Promise<void> {
  if (old === null) return
  const revived = await revivePlacement(performing, old)
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

/** Starts the stopped containers of a placement with what they were deployed with. Returns those it had to start. */
export async function revivePlacement(
  performing: Performing,
  placement: Placement,
): Promise<(PlacedService & { service: string })[]> {
  const { installation, engine, signal } = performing
  const revived = []
  for (const [service, place] of Object.entries(placement.services)) {
    const state = await engine.inspect(place.container)
    if (isInPlace(place, state)) continue
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
