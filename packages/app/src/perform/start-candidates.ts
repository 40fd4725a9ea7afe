import type { AdoptedContainer } from '@towpath/domain/deployment/container.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { candidateContainer } from '@towpath/domain/deployment/seating.ts'
import type { ServicePlan } from '@towpath/domain/deployment/plan.ts'
import { serviceOf } from '@towpath/domain/edge/replica.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { awaitIdle } from './take-out.ts'
import { refuseStopped, seatAdopted } from './adopted.ts'
import { steerEdge, wantedBy } from './steer-edge.ts'

/** Starts candidates. Nothing reaches them yet. */
export const startCandidates: Perform<'start-candidates'> = async (performing, { services }) => {
  const { installation, deployment } = performing
  const started = installation.elapsedMs()
  const chosen = deployment.plan.services.filter((service) => services.includes(service.service))
  // All settle before one's failure counts: a way back must find every container that was begun.
  const starts = await Promise.allSettled(chosen.map((service) => startOne(performing, service)))
  for (const start of starts) if (start.status === 'rejected') throw start.reason
  return { type: 'candidates.started', data: { services, tookMs: installation.elapsedMs() - started } }
}

async function startOne(performing: Performing, service: ServicePlan): Promise<void> {
  const { engine, deployment, installation } = performing
  const spec = candidateContainer(deployment, service)
  const slot = spec.labels['towpath.slot'] ?? ''
  // A container of an earlier release may still hold the slot's fixed address; nobody's traffic goes there any more.
  const holders = await engine.list({
    'towpath.project': deployment.plan.project,
    'towpath.environment': deployment.plan.environment,
    'towpath.service': serviceOf(service.service),
    'towpath.slot': slot,
  })
  for (const holder of holders.filter(({ name }) => name !== spec.name)) {
    await engine.stop(holder.name, service.stopGraceMs)
    await engine.remove(holder.name)
  }
  const { adopted } = service
  if (adopted === undefined) return void (await engine.ensureRunning(spec))
  if (deployment.kind === 'adopt') await refuseStopped(engine, adopted)
  await awaitIdle(performing, seatsToLeave(deployment, adopted, slot))
  await installation.inTurn(deployment.environment, () =>
    seatAdopted(engine, deployment, { ...service, adopted }),
  )
}

/** Where an adopted container stood until now, if that is another slot: it finishes what it has there before it moves. */
const seatsToLeave = ({ start }: Deployment, adopted: AdoptedContainer, slot: string) =>
  Object.fromEntries(
    Object.entries(start?.warm?.services ?? {}).filter(
      ([, place]) => place.adopted?.id === adopted.id && place.slot !== slot,
    ),
  )

/** Puts candidates into their slots: probed by the edge, reachable through its private entry alone. */
export const admitCandidates: Perform<'admit-candidates'> = async (performing, command) => {
  await steerEdge(performing, wantedBy(performing, command))
  return { type: 'candidates.admitted', data: { services: command.services } }
}
