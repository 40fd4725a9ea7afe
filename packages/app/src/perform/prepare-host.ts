import { edgeSpecLabel } from '@towpath/domain/deployment/plan-edge-placement.ts'
import { edgeAt } from '@towpath/domain/deployment/seating.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { ensureAccessories } from './accessories.ts'
import { requireFreePorts } from './edge-ports.ts'
import { ensureSurroundings } from './surroundings.ts'
import { trafficOf } from '@towpath/domain/deployment/traffic.ts'
import { steerEdge } from './steer-edge.ts'

/** Networks, volumes, edge and the accessories that services need: created where missing, otherwise left alone. */
export const prepareHost: Perform<'prepare-host'> = async (performing) => {
  const { installation, deployment, engine } = performing
  const started = installation.elapsedMs()
  const { plan } = deployment
  const subnet = await ensureSurroundings(engine, plan)
  if (await isEdgeOutgrown(performing)) await replaceEdge(performing)
  await steerEdge(
    deployment.kind === 'adopt' ? withoutNames(performing) : performing,
    edgeAt(deployment, trafficOf(deployment), { fence: installation.fence, subnet }),
  )
  if (deployment.kind !== 'rollback') await ensureAccessories(performing, plan.accessoriesBefore)
  return { type: 'host.prepared', data: { subnet, tookMs: installation.elapsedMs() - started } }
}

/** An edge that nobody can come to by a name of the services yet: it has nobody to send them to. */
const withoutNames = (performing: Performing): Performing => {
  const { edgeSpec, deployment } = performing
  const { slotNetwork } = deployment.plan.edge
  const networks = edgeSpec.networks.filter(({ network }) => network === slotNetwork)
  return { ...performing, edgeSpec: { ...edgeSpec, networks } }
}

/** Names and host ports are fixed for the life of an edge. What it has too many of does no harm, so going back is fine. */
async function isEdgeOutgrown({ engine, edgeSpec, deployment }: Performing): Promise<boolean> {
  if (deployment.kind === 'rollback') return false
  const running = await engine.inspect(edgeSpec.name)
  return running !== null && running.labels[edgeSpecLabel] !== edgeSpec.labels[edgeSpecLabel]
}

/** Removes the edge so that a new one is made, where a person asked for that and its price; refuses otherwise. */
async function replaceEdge(performing: Performing): Promise<void> {
  const { installation, engine, edge, edgeSpec, deployment } = performing
  const { environment, release, plan } = deployment
  if (plan.edge.replace) {
    await requireFreePorts(engine, edgeSpec)
    return await installation.inTurn(environment, () => edge.remove(edgeSpec))
  }
  throw new TowpathError({
    code: 'EDGE_OUTGROWN',
    kind: 'blocked',
    message: `${release} gives the shipped services other names, networks or host ports than the edge of ${environment} was made with.`,
    hint: `A new edge means an interruption of about a second. At a quiet time: towpath deploy ${release} -e ${environment} --replace-edge`,
    detail: {},
  })
}
