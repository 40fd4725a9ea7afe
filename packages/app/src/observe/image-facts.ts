import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { isFirstReplica } from '@towpath/domain/edge/replica.ts'
import type { DeploymentPlan, ServicePlan } from '@towpath/domain/deployment/plan.ts'
import type { GateFacts } from '@towpath/domain/gate/gate-facts.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { Installation, SecretValues } from '../installation.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'
import { credentialsOf } from '../project/registry-credentials.ts'
import { observed } from './observed.ts'

/** Where images are looked for, and as whom. */
export interface ImageSources {
  installation: Installation
  engine: Pick<ContainerEngine, 'hasImage'>
  config: ResolvedConfig
  secrets: SecretValues
}

/** Each build of a deployment's plan: is it in its registry, is it on the host, and why it could not be pulled. */
export async function imageFacts(
  sources: ImageSources,
  deployment: Deployment,
): Promise<GateFacts['images']> {
  const { plan, kind } = deployment
  const notPulled = await failedPulls(sources.installation, deployment)
  return await Promise.all(
    eachOnce(plan)
      .filter(isMade)
      .map(async ({ service, container }) => {
        const [registry, host] = await Promise.all([
          observed(sources.installation, () => {
            // The way back needs no registry, so it does not wait for one that may be down.
            if (kind === 'rollback') throw new Error('not asked on the way back')
            return isInRegistry(sources, container.image)
          }),
          observed(sources.installation, () => sources.engine.hasImage(container.image)),
        ])
        const why = notPulled.get(container.image)
        return {
          ...{ service, image: container.image, registry, host },
          ...(why === undefined ? {} : { notPulled: why }),
        }
      }),
  )
}

/** Adopted containers have their images, whatever a registry says. */
const isMade = ({ adopted }: ServicePlan): boolean => adopted === undefined

/** Replicas share their image. */
const eachOnce = ({ services }: DeploymentPlan): ServicePlan[] =>
  services.filter(({ service }) => isFirstReplica(service))

/** What the deployment's own event says of images that it could not pull, by image. */
async function failedPulls(
  { store }: Installation,
  { done }: Deployment,
): Promise<ReadonlyMap<string, string>> {
  const pulled = done['pull-images']
  if (pulled === undefined) return new Map()
  const [event] = await store.readEvents({ after: pulled.seq - 1, limit: 1 })
  if (event?.type !== 'images.pulled') return new Map()
  return new Map(event.data.images.flatMap(({ image, present, why }) => (present ? [] : [[image, why]])))
}

export async function isInRegistry(sources: ImageSources, image: string): Promise<boolean> {
  const credentials = credentialsOf(sources.config, sources.secrets, image)
  return (await sources.installation.registry.digestOf(image, credentials)) !== null
}

/** Adopted containers that a way back would need and that are not there any more, one sentence each. */
export async function adoptedGone(
  engine: Pick<ContainerEngine, 'inspect'>,
  plan: DeploymentPlan,
): Promise<string[]> {
  const gone: string[] = []
  for (const { service, adopted } of plan.services) {
    if (adopted === undefined) continue
    const state = await engine.inspect(adopted.name)
    if (state?.id !== adopted.id) gone.push(`${service}'s adopted container ${adopted.name} is gone`)
  }
  return gone
}

/** Whether a release could be had again: each image on the host, or else in its registry. */
export async function isReleaseReady(
  sources: ImageSources & { engine: Pick<ContainerEngine, 'hasImage' | 'inspect'> },
  plan: DeploymentPlan,
): Promise<{ ready: boolean; why: string }> {
  const gone = await adoptedGone(sources.engine, plan)
  if (gone.length > 0) return { ready: false, why: gone.join('; ') }
  const made = eachOnce(plan).filter(isMade)
  const images = made.map(({ service, container }) => ({ service, image: container.image }))
  return await areImagesReady(sources, { release: plan.release, images })
}

/** As `isReleaseReady`, for images that no plan names. */
export async function areImagesReady(
  sources: ImageSources,
  { release, images }: { release: string; images: { service: string; image: string }[] },
): Promise<{ ready: boolean; why: string }> {
  const missing = []
  for (const { service, image } of images) {
    if (await sources.engine.hasImage(image)) continue
    if (await isInRegistry(sources, image)) continue
    missing.push(`${service}'s image ${image} is neither on the host nor in its registry`)
  }
  return missing.length > 0
    ? { ready: false, why: missing.join('; ') }
    : { ready: true, why: `every image of ${release} can be had` }
}
