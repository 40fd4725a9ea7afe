import { candidateContainer, edgeAt } from '@towpath/domain/deployment/seating.ts'
import type { ServicePlan } from '@towpath/domain/deployment/plan.ts'
import type { Perform, Performing } from '../runner/performing.ts'

/** Starts the candidates of one wave side by side with what is live. Nothing reaches them yet. */
export const startCandidates: Perform<'start-candidates'> = async (performing, { services }) => {
  const { installation, deployment } = performing
  const started = installation.elapsedMs()
  const chosen = deployment.plan.services.filter((service) => services.includes(service.service))
  await Promise.all(chosen.map((service) => startOne(performing, service)))
  return { type: 'candidates.started', data: { services, tookMs: installation.elapsedMs() - started } }
}

async function startOne({ engine, deployment }: Performing, service: ServicePlan): Promise<void> {
  const spec = candidateContainer(deployment, service)
  const slot = spec.labels['towpath.slot'] ?? ''
  // A stopped container of an earlier release may still hold the slot's fixed address.
  const holders = await engine.list({
    'towpath.project': deployment.plan.project,
    'towpath.environment': deployment.environment,
    'towpath.service': service.service,
    'towpath.slot': slot,
  })
  for (const holder of holders) if (holder.name !== spec.name) await engine.remove(holder.name)
  await engine.ensureRunning(spec)
}

/** Puts the wave's candidates into their slots: probed by the edge, reachable through its private entry alone. */
export const admitCandidates: Perform<'admit-candidates'> = async (
  { deployment, edge, edgeSpec },
  { step, services },
) => {
  const wave = Number(step.split(':')[1] ?? '0')
  const admitted = deployment.plan.waves.slice(0, wave + 1).flat()
  await edge.apply(edgeSpec, edgeAt(deployment, 'admitted', { admitted }))
  return { type: 'candidates.admitted', data: { services } }
}
