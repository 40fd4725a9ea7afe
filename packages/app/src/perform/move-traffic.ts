import type { Perform } from '../runner/performing.ts'
import { reviveBefore } from './revive.ts'
import { steerEdge, wantedAt } from './steer-edge.ts'

/** All services at once, those that others need first: the new release live, the old one the edge's backup. */
export const switchTraffic: Perform<'switch-traffic'> = async (performing) => {
  const { installation, deployment } = performing
  const started = installation.elapsedMs()
  await steerEdge(performing, wantedAt(performing, 'switched'))
  const services = deployment.plan.services.map((service) => service.service)
  return { type: 'traffic.switched', data: { services, tookMs: installation.elapsedMs() - started } }
}

/** The old release live again, started anew where it died in the meantime; candidates finish what they have. */
export const restoreTraffic: Perform<'restore-traffic'> = async (performing) => {
  const { installation, deployment } = performing
  const started = installation.elapsedMs()
  await reviveBefore(performing)
  await steerEdge(performing, wantedAt(performing, 'restored'))
  const services = Object.keys(deployment.start?.previous?.services ?? {})
  return { type: 'traffic.restored', data: { services, tookMs: installation.elapsedMs() - started } }
}

/** Proxies in front and the like: started where the host never had them, otherwise left as they are. */
export const startAccessories: Perform<'start-accessories'> = async ({ deployment, engine }) => {
  const names = []
  for (const accessory of deployment.plan.accessoriesAfter) {
    await engine.ensureRanOnce(accessory)
    names.push(accessory.name)
  }
  return { type: 'accessories.started', data: { names } }
}
