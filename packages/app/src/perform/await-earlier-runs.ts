import type { JobPlan } from '@towpath/domain/deployment/plan.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ContainerEngine, ContainerState } from '../ports/container-engine.ts'

/** What tells a job's containers from all others; only the deployment differs from run to run. */
const sameJob = ['installation', 'project', 'environment', 'role', 'service'].map((key) => `towpath.${key}`)

/**
 * Waits for a job that an earlier deployment left running, which happens where the engine was out of reach when that
 * one gave up, on any host that the environment has: two migrators at once are what a database forgives least. Returns the deployments waited for; throws
 * JOB_STILL_RUNNING when the job's own time was not enough for them.
 */
export async function awaitEarlierRuns(
  engines: readonly Pick<ContainerEngine, 'list' | 'waitForExit'>[],
  { job, container, withinMs }: JobPlan,
  { deployment, elapsedMs }: { deployment: string; elapsedMs: () => number },
): Promise<string[]> {
  const labels = Object.entries(container.labels).filter(([key]) => sameJob.includes(key))
  const lists = await Promise.all(
    engines.map(async (engine) =>
      (await engine.list(Object.fromEntries(labels))).map((run) => ({ engine, run })),
    ),
  )
  const left = lists.flat().filter(({ run }) => stillRuns(run) && deploymentOf(run) !== deployment)
  const deadline = elapsedMs() + withinMs
  for (const { engine, run } of left) {
    const exit = await engine
      .waitForExit(run.name, Math.max(0, Math.round(deadline - elapsedMs())))
      .catch(gone)
    if (exit === null) throw stillRunning({ job, container: run.name, deployment: deploymentOf(run) })
  }
  return left.map(({ run }) => deploymentOf(run))
}

const deploymentOf = ({ labels }: ContainerState): string => labels['towpath.deployment'] ?? ''

const stillRuns = ({ status }: ContainerState): boolean =>
  status === 'running' || status === 'restarting' || status === 'paused'

/** A container that somebody removed meanwhile runs no more. */
function gone(error: unknown): number {
  if (error instanceof TowpathError && error.code === 'CONTAINER_NOT_FOUND') return 0
  throw error
}

const stillRunning = (facts: { job: string; container: string; deployment: string }): TowpathError =>
  new TowpathError({
    code: 'JOB_STILL_RUNNING',
    kind: 'failed',
    message: `${facts.job} of the earlier deployment ${facts.deployment} still runs, so it was not started a second time.`,
    hint: `See what it does with docker logs ${facts.container}; when it is done or stopped, deploy again.`,
  })
