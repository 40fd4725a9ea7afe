import { revivePlacement } from '../perform/revive.ts'
import { edgeAtRest, isStillAtRest, steerAtRest } from './at-rest.ts'
import type { AtRest } from './at-rest.ts'

/** After a reboot or a prune of containers, what is live and warm runs again in its slots. */
export async function keepLiveRunning(rest: AtRest): Promise<void> {
  const { live, warm } = rest.environment
  for (const placement of [live, warm?.leaving === null ? warm : null]) {
    if (placement === null || !(await isStillAtRest(rest))) continue
    const revived = await revivePlacement(rest, placement)
    for (const { container } of revived)
      rest.installation.log.warn({ environment: rest.environment.environment, container }, 'started again')
  }
}

/** Candidates that sit in no slot of the ledger's: leftovers of a way back that was cut short. They are stopped. */
export async function stopStrays(rest: AtRest): Promise<void> {
  const { engine, environment, deployment, installation } = rest
  const candidates = await engine.list({
    'towpath.installation': installation.id,
    'towpath.project': deployment.plan.project,
    'towpath.environment': deployment.plan.environment,
    'towpath.role': 'candidate',
  })
  const placed = new Set(
    [environment.live, environment.warm].flatMap((placement) =>
      Object.values(placement?.services ?? {}).map((place) => place.container),
    ),
  )
  for (const stray of candidates.filter(({ name, status }) => status === 'running' && !placed.has(name))) {
    if (!(await isStillAtRest(rest))) return
    await engine.stop(stray.name, strayGraceMs)
    installation.log.warn({ environment: environment.environment, container: stray.name }, 'stray stopped')
  }
}

const strayGraceMs = 10_000

/** The edge runs and does what the ledger says; what differs is put right and recorded. */
export async function keepEdge(rest: AtRest): Promise<void> {
  const { installation, edge, edgeSpec, environment } = rest
  const wanted = edgeAtRest(rest)
  const differences = await edge.drift(edgeSpec, wanted)
  if (differences.length === 0 || !(await steerAtRest(rest, wanted))) return
  await installation.store.append({
    type: 'drift.repaired',
    actor: 'towpath',
    idem: installation.newId('repair'),
    environment: environment.environment,
    data: { done: differences },
  })
}
