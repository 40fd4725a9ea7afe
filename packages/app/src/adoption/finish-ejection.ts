import type { Ejecting } from '@towpath/domain/environment/environment-state.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { Installation } from '../installation.ts'
import { holdHost } from '../runner/hold-host.ts'
import { performingFor } from '../runner/performing-for.ts'
import type { Performing } from '../runner/performing.ts'
import { stateOf } from '../state-of.ts'

const stopGraceMs = 10_000

/** What an ejection does, in order; each may be done again, and names itself to whoever watches steps. */
export const ejectionSteps = [
  'begin-ejection',
  'remove-edge',
  'give-back',
  'remove-containers',
  'remove-network',
  'end-ejection',
] as const

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
  await holdHost(installation, performing.config.host.docker)
  const done = await installation.inTurn(environment, () => takeAllOut(performing, ejecting))
  const at = { deployment: deployment.id, step: 'end-ejection' }
  await installation.watchStep('before', at)
  await installation.store.append({
    type: 'environment.ejected',
    actor: 'towpath',
    idem: `${ejecting.deployment}/ejected`,
    environment,
    release: deployment.release,
    data: { done },
  })
  await installation.watchStep('recorded', at)
  return done
}

type Act = (performing: Performing, ejecting: Ejecting) => Promise<string[]>

async function takeAllOut(performing: Performing, ejecting: Ejecting): Promise<string[]> {
  const acts: readonly [(typeof ejectionSteps)[number], Act][] = [
    ['remove-edge', removeEdge],
    ['give-back', giveBack],
    ['remove-containers', removeContainers],
    ['remove-network', removeNetwork],
  ]
  const { installation, deployment } = performing
  const done: string[] = []
  for (const [step, act] of acts) {
    const at = { deployment: deployment.id, step }
    await installation.watchStep('before', at)
    done.push(...(await act(performing, ejecting)))
    await installation.watchStep('acted', at)
  }
  return done
}

/** The edge first: it finishes what it has, and whoever still asks it is refused and asks the container itself. */
const removeEdge: Act = async ({ engine, edge, edgeSpec, deployment }) => {
  await engine.stop(edgeSpec.name, deployment.plan.drainMs)
  await edge.remove(edgeSpec)
  return [`the edge ${edgeSpec.name} is gone`]
}

/** Also whoever stands on our network in an adopted one's place: the team's Compose may have made another meanwhile. */
const giveBack: Act = async ({ engine, deployment }, { places }) => {
  const { slotNetwork } = deployment.plan.edge
  const given = new Set<string>()
  for (const { adopted } of places) {
    if (adopted === undefined) continue
    await engine.detach(adopted.id, slotNetwork)
    await engine.releaseAdopted(adopted)
    given.add(adopted.name)
  }
  for (const { id, container, ours } of (await engine.networkState(slotNetwork))?.members ?? []) {
    if (ours) continue
    await engine.detach(id, slotNetwork)
    given.add(container)
  }
  return given.size === 0 ? [] : [`${[...given].join(', ')} as found, off the network ${slotNetwork}`]
}

const removeContainers: Act = async (performing) => {
  const { engine, installation } = performing
  const { ours, accessories } = await containersLeft(performing, installation.id)
  for (const name of ours) {
    await engine.stop(name, stopGraceMs)
    await engine.remove(name)
  }
  return [
    ...(ours.length === 0 ? [] : [`removed ${ours.join(', ')}`]),
    ...(accessories.length === 0
      ? []
      : [`${accessories.join(', ')} run on: Towpath started them once, and they are yours now`]),
  ]
}

const removeNetwork: Act = async ({ engine, deployment }) => {
  const { slotNetwork } = deployment.plan.edge
  await engine.removeNetwork(slotNetwork)
  return [`the network ${slotNetwork} is gone`]
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
