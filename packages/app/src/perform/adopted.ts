import { slotAttachment } from '@towpath/domain/deployment/seating.ts'
import type { AdoptedContainer } from '@towpath/domain/deployment/container.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ServicePlan } from '@towpath/domain/deployment/plan.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { PlacedService } from '@towpath/domain/environment/environment-state.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'

/** Lets an adopted container stand at the address of its slot, and runs it where it was stopped. */
export async function seatAdopted(
  engine: ContainerEngine,
  deployment: Deployment,
  service: ServicePlan & { adopted: AdoptedContainer },
): Promise<void> {
  await engine.attach(service.adopted.id, slotAttachment(deployment, service))
  await engine.startAdopted(service.adopted)
}

/** Adopting starts nothing: what stopped or went meanwhile is not what was to be adopted. */
export async function refuseStopped(engine: ContainerEngine, { id, name }: AdoptedContainer): Promise<void> {
  const state = await engine.inspect(name)
  if (state?.id === id && state.status === 'running') return
  throw new TowpathError({
    code: 'ADOPTED_STOPPED',
    kind: 'conflict',
    message: `${name} does not run any more as it did when it was to be adopted.`,
    hint: 'Nothing was started. Adopt again once it runs.',
  })
}

/** Stops the container of a place. One that was adopted also leaves its slot, which another may be dealt from then on. */
export async function stopPlace(
  engine: ContainerEngine,
  slotNetwork: string,
  { container, adopted, stopGraceMs }: PlacedService,
): Promise<void> {
  if (adopted === undefined) return await engine.stop(container, stopGraceMs)
  await engine.stopAdopted(adopted, stopGraceMs)
  await engine.detach(adopted.id, slotNetwork)
}
