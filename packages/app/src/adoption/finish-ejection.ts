import type { Ejecting } from '@towpath/domain/environment/environment-state.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { Installation } from '../installation.ts'
import { performingFor } from '../runner/performing-for.ts'
import type { Performing } from '../runner/performing.ts'
import { stateOf } from '../state-of.ts'

const stopGraceMs = 10_000

/**
 * Takes what is left of Towpath off a host that is being given back, and records that it is gone. Doing it twice is doing
 * it once, so whoever comes after a crash simply does it again. Returns what was done, one sentence each.
 */
export async function finishEjection(
  installation: Installation,
  environment: string,
  signal: AbortSignal,
): Promise<string[]> {
  const ejecting = (await stateOf(installation.store, environmentView, environment))?.ejecting ?? null
  if (ejecting === null) return []
  const deployment = await stateOf(installation.store, deploymentView, ejecting.deployment)
  if (deployment === undefined) return []
  const performing = await performingFor(installation, deployment, signal)
  const done = await installation.inTurn(environment, () => takeAllOut(performing, ejecting))
  await installation.store.append({
    type: 'environment.ejected',
    actor: 'towpath',
    idem: `${ejecting.deployment}/ejected`,
    environment,
    release: deployment.release,
    data: { done },
  })
  return done
}

/** The edge first: it finishes what it has, and whoever still asks it is refused and asks the container itself. */
async function takeAllOut(performing: Performing, { places }: Ejecting): Promise<string[]> {
  const { engine, edge, edgeSpec, deployment, installation } = performing
  const { slotNetwork } = deployment.plan.edge
  await engine.stop(edgeSpec.name, deployment.plan.drainMs)
  await edge.remove(edgeSpec)
  const given: string[] = []
  for (const { adopted } of places) {
    if (adopted === undefined) continue
    await engine.detach(adopted.id, slotNetwork)
    await engine.releaseAdopted(adopted)
    given.push(adopted.name)
  }
  const { ours, accessories } = await containersLeft(performing, installation.id)
  for (const name of ours) {
    await engine.stop(name, stopGraceMs)
    await engine.remove(name)
  }
  await engine.removeNetwork(slotNetwork)
  return [
    `the edge ${edgeSpec.name} is gone`,
    ...(given.length === 0 ? [] : [`${given.join(', ')} as found, off the network ${slotNetwork}`]),
    ...(ours.length === 0 ? [] : [`removed ${ours.join(', ')}`]),
    `the network ${slotNetwork} is gone`,
    ...(accessories.length === 0
      ? []
      : [`${accessories.join(', ')} run on: Towpath started them once, and they are yours now`]),
  ]
}

async function containersLeft({ engine, deployment }: Performing, installation: string) {
  const all = await engine.list({
    'towpath.installation': installation,
    'towpath.project': deployment.plan.project,
    'towpath.environment': deployment.environment,
  })
  const isRelease = ({ labels }: { labels: Record<string, string> }): boolean =>
    ['candidate', 'job'].includes(labels['towpath.role'] ?? '')
  return {
    ours: all.filter(isRelease).map(({ name }) => name),
    accessories: all.filter(({ labels }) => labels['towpath.role'] === 'accessory').map(({ name }) => name),
  }
}
