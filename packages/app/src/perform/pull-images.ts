import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { messageOf, TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { credentialsOf } from '../project/registry-credentials.ts'
import type { Perform, Performing } from '../runner/performing.ts'

/** Fetches every image before anything is touched. What cannot be had is recorded; the gate then names it. */
export const pullImages: Perform<'pull-images'> = async (performing) => {
  const { installation, deployment } = performing
  const started = installation.elapsedMs()
  const wanted = imagesWanted(deployment, installation.edgeImage)
  const images = await Promise.all([...new Set(wanted)].map((image) => pull(performing, image)))
  return { type: 'images.pulled', data: { images, tookMs: installation.elapsedMs() - started } }
}

/** What the steps ahead will start. The way back starts services and the edge alone, and waits for nothing else. */
function imagesWanted({ plan, kind }: Deployment, edgeImage: string): string[] {
  // Adopted containers have theirs, which may be in no registry.
  const made = plan.services.filter(({ adopted }) => adopted === undefined)
  const services = [...made.map((service) => service.container.image), edgeImage]
  if (kind === 'rollback') return services
  const jobs = [...plan.jobs, ...(plan.backup === null ? [] : [plan.backup])]
  const accessories = [...plan.accessoriesBefore, ...plan.accessoriesAfter]
  return [...services, ...jobs.map((job) => job.container.image), ...accessories.map(({ image }) => image)]
}

async function pull(
  { engine, config, secrets }: Performing,
  image: string,
): Promise<{ image: string; present: boolean; why: string }> {
  try {
    if (await engine.hasImage(image)) return { image, present: true, why: 'was there' }
    await engine.pullImage(image, credentialsOf(config, secrets, image))
    return { image, present: true, why: 'pulled' }
  } catch (error) {
    if (error instanceof TowpathError && error.retryable && error.code === 'ENGINE_UNREACHABLE') throw error
    return { image, present: false, why: messageOf(error) }
  }
}
