import { expiredDeployments, keptDeployments } from '@towpath/domain/environment/retention.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { historyMax } from '@towpath/domain/environment/environment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'
import type { AtRest } from './at-rest.ts'

/**
 * Deletes from the host what no kept release of any environment needs: stopped containers of expired releases, also of
 * those that never went live, then their images. Only images that a deployment in the ledger brought here are ever considered.
 */
export async function pruneReleases(rest: AtRest): Promise<void> {
  const { installation, engine, environment, deployment } = rest
  const expired = expiredDeployments(environment, deployment.plan.keep)
  if (expired.length === 0) return
  const needed = await imagesInUse(rest)
  for (const entry of expired) {
    const then = await stateOf(installation.store, deploymentView, entry.deployment)
    // Images of adopted containers are the team's own.
    const brought = (then?.plan.services ?? []).filter(({ adopted }) => adopted === undefined)
    for (const image of brought.map((service) => service.container.image)) {
      if (needed.has(image) || !(await engine.hasImage(image))) continue
      await removeStopped(rest, entry.release)
      await engine.removeImage(image)
      await installation.store.append({
        type: 'image.deleted',
        actor: 'towpath',
        idem: installation.newId('prune'),
        environment: environment.environment,
        release: entry.release,
        data: { image },
      })
    }
  }
}

async function removeStopped({ engine, deployment }: AtRest, release: string): Promise<void> {
  const containers = await engine.list({
    'towpath.project': deployment.plan.project,
    'towpath.environment': deployment.plan.environment,
    'towpath.release': release,
  })
  for (const { name, status } of containers)
    if (status === 'exited' || status === 'created') await engine.remove(name)
}

/** Images that any environment of the installation may still want: several may share one engine. */
async function imagesInUse({ installation }: AtRest): Promise<Set<string>> {
  const { items } = await installation.store.listViews(environmentView, { limit: 500 })
  const images = new Set<string>()
  for (const { state } of items)
    for (const id of await deploymentsHeld(installation, state)) {
      const then = await stateOf(installation.store, deploymentView, id)
      for (const service of then?.plan.services ?? []) images.add(service.container.image)
    }
  return images
}

/** By an environment's own rule of how many it keeps, which its live deployment carries. */
async function deploymentsHeld(installation: Installation, state: EnvironmentState): Promise<string[]> {
  const live =
    state.live === null ? undefined : await stateOf(installation.store, deploymentView, state.live.deployment)
  return [
    ...keptDeployments(state, live?.plan.keep ?? historyMax).map((entry) => entry.deployment),
    ...state.queued,
    ...[state.active ?? []].flat(),
  ]
}

/** One-shot containers that ended, of deployments older than the last few: their logs were for those who watched. */
export async function pruneJobs({ installation, engine, environment, deployment }: AtRest): Promise<void> {
  const recent = new Set(environment.history.slice(0, jobsKept).map((entry) => entry.deployment))
  const jobs = await engine.list({
    'towpath.installation': installation.id,
    'towpath.project': deployment.plan.project,
    'towpath.environment': deployment.plan.environment,
    'towpath.role': 'job',
  })
  for (const job of jobs)
    if (job.status === 'exited' && !recent.has(job.labels['towpath.deployment'] ?? ''))
      await engine.remove(job.name)
}

const jobsKept = 10
