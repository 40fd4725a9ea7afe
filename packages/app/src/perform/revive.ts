import { candidateContainer } from '@towpath/domain/deployment/seating.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { PlacedService, Placement } from '@towpath/domain/environment/environment-state.ts'
import type { Performing } from '../runner/performing.ts'
import { performingFor } from '../runner/performing-for.ts'
import { stateOf } from '../state-of.ts'
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
    if (state?.status === 'running' || state?.status === 'restarting') continue
    const then = await stateOf(installation.store, deploymentView, placement.deployment)
    const plan = then?.plan.services.find((candidate) => candidate.service === service)
    if (then === undefined || plan === undefined) continue
    // Its own secrets, not those of the release that came after it.
    const own = await performingFor(installation, then, signal)
    await own.engine.ensureRunning(candidateContainer(then, plan))
    revived.push({ ...place, service })
  }
  return revived
}
