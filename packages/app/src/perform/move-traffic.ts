import { edgeAt } from '@towpath/domain/deployment/seating.ts'
import type { Perform } from '../runner/performing.ts'

/** All services at once, those that others need first: the new release live, the old one the edge's backup. */
export const switchTraffic: Perform<'switch-traffic'> = async ({
  installation,
  deployment,
  edge,
  edgeSpec,
}) => {
  const started = installation.elapsedMs()
  await edge.apply(edgeSpec, edgeAt(deployment, 'switched'))
  const services = deployment.plan.services.map((service) => service.service)
  return { type: 'traffic.switched', data: { services, tookMs: installation.elapsedMs() - started } }
}

/** The old release live again; candidates finish what they have. */
export const restoreTraffic: Perform<'restore-traffic'> = async ({
  installation,
  deployment,
  edge,
  edgeSpec,
}) => {
  const started = installation.elapsedMs()
  await edge.apply(edgeSpec, edgeAt(deployment, 'restored'))
  const services = Object.keys(deployment.start?.previous?.services ?? {})
  return { type: 'traffic.restored', data: { services, tookMs: installation.elapsedMs() - started } }
}

/** Proxies in front and the like, where the file has them and the host does not yet. */
export const startAccessories: Perform<'start-accessories'> = async ({ deployment, engine }) => {
  const names = []
  for (const accessory of deployment.plan.accessoriesAfter) {
    await engine.ensureRunning(accessory)
    names.push(accessory.name)
  }
  return { type: 'accessories.started', data: { names } }
}
