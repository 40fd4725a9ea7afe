import { candidateContainer } from '@towpath/domain/deployment/seating.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { Placement } from '@towpath/domain/environment/environment-state.ts'
import { stateOf } from '../state-of.ts'
import { edgeAtRest, isStillAtRest } from './at-rest.ts'
import type { AtRest } from './at-rest.ts'

/** After a reboot or a prune of containers, what is live and warm runs again in its slots. */
export async function keepLiveRunning(rest: AtRest): Promise<void> {
  for (const placement of [rest.environment.live, rest.environment.warm])
    if (placement !== null) await keepPlacementRunning(rest, placement)
}

async function keepPlacementRunning(rest: AtRest, placement: Placement): Promise<void> {
  const { installation, engine } = rest
  const then = await stateOf(installation.store, deploymentView, placement.deployment)
  for (const [service, place] of Object.entries(placement.services)) {
    const state = await engine.inspect(place.container)
    if (state?.status === 'running' || state?.status === 'restarting') continue
    const plan = then?.plan.services.find((candidate) => candidate.service === service)
    if (then === undefined || plan === undefined || !(await isStillAtRest(rest))) continue
    await engine.ensureRunning(candidateContainer(then, plan))
    installation.log.warn(
      { environment: rest.environment.environment, container: place.container },
      'started again',
    )
  }
}

/** The edge runs and does what the ledger says; what differs is put right and recorded. */
export async function keepEdge(rest: AtRest): Promise<void> {
  const { installation, edge, edgeSpec, environment } = rest
  const wanted = edgeAtRest(rest)
  await edge.ensure(edgeSpec, wanted)
  const differences = await edge.drift(edgeSpec, wanted)
  if (differences.length === 0 || !(await isStillAtRest(rest))) return
  await edge.apply(edgeSpec, wanted)
  await installation.store.append({
    type: 'drift.repaired',
    actor: 'towpath',
    idem: installation.newId('repair'),
    environment: environment.environment,
    data: { done: differences },
  })
}
