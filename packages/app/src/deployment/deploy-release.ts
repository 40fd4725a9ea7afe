import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import { effectivePolicy } from '@towpath/domain/environment/policy.ts'
import type { EnvironmentPolicy, PendingChange } from '@towpath/domain/environment/policy.ts'
import type { DeploymentKind, EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import type { DeploymentPlan, Pins } from '@towpath/domain/deployment/plan.ts'
import { planDeployment } from '@towpath/domain/deployment/plan-deployment.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { Release } from '@towpath/domain/release/release.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { readEnvironment } from '../project/environment-model.ts'
import { withMissingSecrets } from '../project/missing-secrets.ts'
import { problemsError } from '../project/problems.ts'
import { openSnapshot } from '../release/snapshot.ts'
import { releaseOf } from '../release/release-of.ts'
import { NothingToDo, alreadyLive } from './already-live.ts'
import type { AlreadyLive } from './already-live.ts'
import { requestDeployment } from './request-deployment.ts'

export interface DeployInput {
  release: string
  environment: string
  kind: Exclude<DeploymentKind, 'rollback'>
  reason: string
  /** Takes on the interruption of a new edge, where the release needs one. */
  replaceEdge: boolean
  /** Asking twice under one key is asking once. */
  idempotencyKey: string | null
}

/**
 * Plans the release for the environment and puts the deployment into the ledger; the runner takes it from there. Where
 * that very deployment is live already, nothing is recorded.
 */
export async function deployRelease(
  installation: Installation,
  caller: Caller,
  input: DeployInput,
): Promise<Deployment | AlreadyLive> {
  requirePermission(caller, 'deploy', input.environment)
  const { release, plan, pins, policy, live } = await planFor(installation, input)
  try {
    return await requestDeployment(installation, caller, {
      kind: input.kind,
      environment: input.environment,
      release: release.version,
      author: release.author,
      reason: input.reason,
      schemaAccepted: null,
      plan,
      pins,
      firstPolicy: policy,
      idempotencyKey: input.idempotencyKey,
      confirmNew: (environment) => {
        const found = alreadyLive(environment, live, { plan, pins })
        if (found !== null) throw new NothingToDo(found)
      },
    })
  } catch (error) {
    if (error instanceof NothingToDo) return error.found
    throw error
  }
}

export interface Planned {
  release: Release
  plan: DeploymentPlan
  pins: Pins
  environment: EnvironmentState
  /** The deployment that brought what is live; null where nothing is. */
  live: Deployment | null
  policy: EnvironmentPolicy
  /** What the release's config would loosen and an admin has not accepted. */
  pending: PendingChange[]
  warnings: string[]
}

/** What a deployment of the release would do; nothing is changed. Also the answer to `--dry-run`. */
export async function planFor(
  installation: Installation,
  input: { release: string; environment: string; replaceEdge: boolean },
): Promise<Planned> {
  const release = await releaseOf(installation, input.release)
  const files = await openSnapshot(installation, release.snapshot)
  const read = await readEnvironment(installation, files, input.environment)
  if (read.config.mode === 'watch') throw onlyWatched(input.environment)
  const environment =
    (await stateOf(installation.store, environmentView, input.environment)) ??
    emptyEnvironment(input.environment)
  const live = await liveDeployment(installation, environment)
  const { model, warnings } = await withMissingSecrets(installation, { files, read, live })
  const { policy, pending } = effectivePolicy(environment.policy, read.config.policy)
  requireAllowedHost(environment, read.config)
  const planned = planDeployment({
    installation: installation.id,
    release,
    config: read.config,
    model,
    policy,
    firstDeployment: environment.live === null,
    replaceEdge: input.replaceEdge,
    sealedDigest: read.sealedDigest,
    sha256: installation.sha256,
  })
  if (!planned.ok)
    throw problemsError({
      code: 'PLAN_IMPOSSIBLE',
      what: `${input.release} cannot be deployed to ${input.environment}`,
      problems: planned.problems,
      unchanged: 'Nothing was changed.',
    })
  const pin = (value: unknown): Promise<string> =>
    installation.store.putBlob(Buffer.from(JSON.stringify(value)))
  const [pinnedModel, config] = await Promise.all([pin(model), pin(read.config)])
  return {
    release,
    plan: planned.plan,
    pins: {
      snapshot: release.snapshot,
      model: pinnedModel,
      config,
      policyVersion: environment.policy?.version ?? 0,
    },
    environment,
    live,
    policy,
    pending,
    warnings,
  }
}

/** The deployment that brought what is live; null where nothing is. */
export const liveDeployment = async (
  { store }: Installation,
  { live }: EnvironmentState,
): Promise<Deployment | null> =>
  live === null ? null : ((await stateOf(store, deploymentView, live.deployment)) ?? null)

/** What was accepted decides alone: laid over the one host that a commit asks for it would leave none, which is any. */
export function requireAllowedHost(
  { environment, policy }: EnvironmentState,
  { host }: ResolvedConfig,
): void {
  const hosts = policy?.hosts ?? []
  if (hosts.length > 0 && !hosts.includes(host.docker)) throw hostNotAllowed(host.docker, environment)
}

const onlyWatched = (environment: string): TowpathError =>
  new TowpathError({
    code: 'ENVIRONMENT_WATCHED',
    kind: 'blocked',
    message: `towpath.yaml says mode: watch for ${environment}: the team's own workflow deploys there, and Towpath only watches.`,
    hint: `Nothing was changed. See what it would have done: towpath watch report -e ${environment}. To let it deploy, take mode: watch away and create a release with that file.`,
  })

const hostNotAllowed = (host: string, environment: string): TowpathError =>
  new TowpathError({
    code: 'HOST_NOT_ALLOWED',
    kind: 'blocked',
    message: `The policy of ${environment} does not allow the host ${host}.`,
    hint: `An admin accepts a policy with that host: towpath policy accept -e ${environment}. Nothing was changed.`,
  })
