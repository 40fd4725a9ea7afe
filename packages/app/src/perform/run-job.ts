import type { JobPlan } from '@towpath/domain/deployment/plan.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { deploymentOf } from '../deployment/deployment-of.ts'
import { awaitEarlierRuns } from './await-earlier-runs.ts'
import { ensureSurroundings } from './surroundings.ts'

const logTailLines = 40

/**
 * Runs a one-shot service once per deployment: its name holds the deployment, so a second call finds the first one's
 * container. What an earlier deployment left running ends first.
 */
export const runJob: Perform<'run-job'> = async (performing, { job }) => {
  const { deployment, installation } = performing
  const waitedFor = await awaitEarlierRuns(await enginesOf(performing), job, {
    deployment: deployment.id,
    elapsedMs: installation.elapsedMs,
  })
  const ran = await runOnce(performing, job)
  const waited = waitedFor.length === 0 ? {} : { waitedFor }
  return { type: 'job.finished', data: { job: job.job, ...ran, ...waited } }
}

/** Of every host: another one may have been the first when the earlier deployment ran its jobs. */
async function enginesOf({ installation, deployment, engine, secrets }: Performing) {
  const { member } = deployment.plan
  if (member === undefined || member.of === null) return [engine]
  const { plan } = await deploymentOf(installation, member.of)
  const others = (plan.fleet?.hosts ?? []).filter(({ docker }) => docker !== member.host.docker)
  return [engine, ...others.map(({ docker }) => installation.engineOf(docker, secrets))]
}

/** The same for the backup that comes before a migration. */
export const makeBackup: Perform<'make-backup'> = async (performing, { job }) => {
  // It runs before the host is prepared, the very first time on one that has no networks yet.
  await ensureSurroundings(performing.engine, performing.deployment.plan)
  const { tookMs } = await runOnce(performing, job)
  return { type: 'backup.made', data: { job: job.job, tookMs } }
}

async function runOnce(performing: Performing, job: JobPlan): Promise<{ tookMs: number; logTail: string }> {
  const { engine, deployment, installation } = performing
  const started = installation.elapsedMs()
  const name = `${job.container.name}-${deployment.id}`
  await engine.ensureRanOnce({
    ...job.container,
    name,
    environment: { ...job.container.environment, TOWPATH_DEPLOYMENT: deployment.id },
    labels: { ...job.container.labels, 'towpath.deployment': deployment.id },
  })
  const exitCode = await engine.waitForExit(name, job.withinMs)
  const logTail = await engine.logs(name, { tailLines: logTailLines })
  if (exitCode === 0) return { tookMs: installation.elapsedMs() - started, logTail }
  if (exitCode === null) await engine.stop(name, 1_000)
  throw jobFailed({ job: job.job, exitCode, withinMs: job.withinMs, logTail })
}

const jobFailed = (facts: {
  job: string
  exitCode: number | null
  withinMs: number
  logTail: string
}): TowpathError =>
  new TowpathError({
    code: 'JOB_FAILED',
    kind: 'failed',
    message:
      facts.exitCode === null
        ? `${facts.job} did not finish within ${Math.round(facts.withinMs / 1000)} s and was stopped.`
        : `${facts.job} ended with exit code ${facts.exitCode}.`,
    hint: 'Its last log lines say why; mend it and deploy again.',
    detail: { logTail: facts.logTail },
  })
