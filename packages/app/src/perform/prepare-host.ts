import { edgeAt } from '@towpath/domain/deployment/seating.ts'
import type { Perform } from '../runner/performing.ts'

/** Networks, volumes, edge and the accessories that services need: created where missing, otherwise left alone. */
export const prepareHost: Perform<'prepare-host'> = async ({
  installation,
  deployment,
  engine,
  edge,
  edgeSpec,
}) => {
  const started = installation.elapsedMs()
  const { plan } = deployment
  let subnet = ''
  for (const network of plan.networks) {
    const state = await engine.ensureNetwork(network)
    if (network.name === plan.edge.slotNetwork) subnet = state.subnet
  }
  for (const volume of plan.volumes) await engine.ensureVolume(volume)
  await edge.ensure(edgeSpec, edgeAt(deployment, 'before', { subnet }))
  for (const accessory of plan.accessoriesBefore) await engine.ensureRunning(accessory)
  return { type: 'host.prepared', data: { subnet, tookMs: installation.elapsedMs() - started } }
}
