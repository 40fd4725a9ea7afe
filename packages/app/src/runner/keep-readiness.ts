import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { Readiness } from '@towpath/domain/environment/environment-state.ts'
import { keptDeployments } from '@towpath/domain/environment/retention.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { adoptedGone } from '../observe/image-facts.ts'
import { credentialsOf } from '../project/registry-credentials.ts'
import { stateOf } from '../state-of.ts'
import type { AtRest } from './at-rest.ts'

/** Standing evidence that each kept release can be taken back. A missing image turns it red, then is fetched again. */
export async function keepReadiness(rest: AtRest): Promise<void> {
  const { installation, environment } = rest
  for (const entry of keptDeployments(environment, rest.deployment.plan.keep)) {
    const then = await stateOf(installation.store, deploymentView, entry.deployment)
    if (then === undefined) continue
    if (then.plan.adoption !== undefined) {
      const gone = await adoptedGone(rest.engine, then.plan)
      const why = gone.length === 0 ? 'its containers are there as they were adopted' : gone.join('; ')
      await record(rest, entry.release, { ready: gone.length === 0, why })
      continue
    }
    const missing = await missingImages(rest, then)
    if (missing.length > 0) {
      await record(rest, entry.release, { ready: false, why: `not on the host: ${missing.join(', ')}` })
      await fetchAgain(rest, missing)
    }
    if ((await missingImages(rest, then)).length === 0)
      await record(rest, entry.release, { ready: true, why: 'every image is on the host' })
  }
}

async function missingImages({ engine }: AtRest, { plan }: Deployment): Promise<string[]> {
  const missing = []
  for (const image of new Set(plan.services.map(({ container }) => container.image)))
    if (!(await engine.hasImage(image))) missing.push(image)
  return missing
}

async function fetchAgain(
  { engine, config, secrets, installation }: AtRest,
  images: string[],
): Promise<void> {
  for (const image of images)
    try {
      await engine.pullImage(image, credentialsOf(config, secrets, image))
    } catch (error) {
      installation.log.warn({ image, error: messageOf(error) }, 'image of a kept release cannot be fetched')
    }
}

async function record(
  { installation, environment }: AtRest,
  release: string,
  seen: Omit<Readiness, 'at'>,
): Promise<void> {
  const known = environment.readiness[release]
  if (known?.ready === seen.ready && known.why === seen.why) return
  const at = installation.now()
  await installation.store.append({
    type: 'readiness.changed',
    actor: 'towpath',
    idem: installation.newId('readiness'),
    environment: environment.environment,
    release,
    data: { ...seen, at },
  })
  environment.readiness[release] = { ...seen, at }
}
