import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import { effectivePolicy } from '@towpath/domain/environment/policy.ts'
import type { EnvironmentPolicy, PendingChange } from '@towpath/domain/environment/policy.ts'
import type { DeploymentKind, EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import type { DeploymentPlan, Pins } from '@towpath/domain/deployment/plan.ts'
import { planDeployment } from '@towpath/domain/deployment/plan-deployment.ts'
import type { PlanInput } from '@towpath/domain/deployment/plan-deployment.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { ComposeModel } from '@towpath/domain/project/compose-model.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { Release } from '@towpath/domain/release/release.ts'
import type { FleetHost } from '@towpath/domain/fleet/fleet-plan.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { astray } from '../fleet/seats.ts'
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
  kind: Extract<DeploymentKind, 'deploy' | 'promote'>
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
  const { release, plan, pins, policy, live, strays } = await planFor(installation, input)
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
        const found = strays.length > 0 ? null : alreadyLive(environment, live, { plan, pins })
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
  /** Hosts of several that do not keep what is live: there is something to be done. */
  strays: string[]
}

/** What a deployment of the release would do; nothing is changed. Also the answer to `--dry-run`. */
export async function planFor(
  installation: Installation,
  input: { release: string; environment: string; replaceEdge: boolean },
): Promise<Planned> {
  const release = await releaseOf(installation, input.release)
  const files = await openSnapshot(installation, release.snapshot)
  const read = await readEnvironment(installation, files, input.environment)
  refuseWatched(read.config)
  const environment =
    (await stateOf(installation.store, environmentView, input.environment)) ??
    emptyEnvironment(input.environment)
  const live = await liveDeployment(installation, environment)
  const { model, warnings } = await withMissingSecrets(installation, { files, read, live })
  const { policy, pending } = effectivePolicy(environment.policy, read.config.policy)
  requireAllowedHost(environment, read.config)
  if (read.config.fleet === undefined && environment.live?.hosts !== undefined)
    throw hostsLeftOut(input.environment, environment.live.hosts)
  const plan = planOrThrow({
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
  const pins = await pinInputs(installation, { release, model, config: read.config, environment })
  return {
    release,
    plan,
    pins,
    environment,
    live,
    policy,
    pending,
    warnings,
    strays: await astray(installation.store, environment),
  }
}

/** The plan, or PLAN_IMPOSSIBLE with every reason why there is none. */
export function planOrThrow(input: PlanInput): DeploymentPlan {
  const planned = planDeployment(input)
  if (planned.ok) return planned.plan
  throw problemsError({
    code: 'PLAN_IMPOSSIBLE',
    what: `${input.release.version} cannot be deployed to ${input.config.environment}`,
    problems: planned.problems,
    unchanged: 'Nothing was changed.',
  })
}

/** Keeps what a plan was made from, so that it can be gone back to as it was. */
export async function pinInputs(
  { store }: Installation,
  facts: { release: Release; model: ComposeModel; config: ResolvedConfig; environment: EnvironmentState },
): Promise<Pins> {
  const pin = (value: unknown): Promise<string> => store.putBlob(Buffer.from(JSON.stringify(value)))
  const [model, config] = await Promise.all([pin(facts.model), pin(facts.config)])
  const policyVersion = facts.environment.policy?.version ?? 0
  return { snapshot: facts.release.snapshot, model, config, policyVersion }
}

/** The deployment that brought what is live; null where nothing is. */
export const liveDeployment = async (
  { store }: Installation,
  { live }: EnvironmentState,
): Promise<Deployment | null> =>
  live === null ? null : ((await stateOf(store, deploymentView, live.deployment)) ?? null)

/** What was accepted decides alone: laid over the hosts that a commit asks for it could leave none, which is any. */
export function requireAllowedHost(
  { environment, policy }: EnvironmentState,
  { policy: asked }: ResolvedConfig,
): void {
  const hosts = policy?.hosts ?? []
  const refused = hosts.length === 0 ? undefined : asked.hosts.find((host) => !hosts.includes(host))
  if (refused !== undefined) throw hostNotAllowed(refused, environment)
}

/** Where the team's own workflow deploys, Towpath changes nothing. */
export function refuseWatched({ mode, environment }: ResolvedConfig): void {
  if (mode === 'watch') throw onlyWatched(environment)
}

const onlyWatched = (environment: string): TowpathError =>
  new TowpathError({
    code: 'ENVIRONMENT_WATCHED',
    kind: 'blocked',
    message: `towpath.yaml says mode: watch for ${environment}: the team's own workflow deploys there, and Towpath only watches.`,
    hint: `Nothing was changed. See what it would have done: towpath watch report -e ${environment}. To let it deploy, take mode: watch away and create a release with that file.`,
  })

/** Which of them would stay, and what becomes of what the others run, is for `hosts` to say. */
const hostsLeftOut = (environment: string, hosts: readonly FleetHost[]): TowpathError =>
  new TowpathError({
    code: 'HOSTS_LEFT_OUT',
    kind: 'blocked',
    message: `${environment} runs on ${hosts.map(({ name }) => name).join(', ')}, and this release names no hosts for it.`,
    hint: `Keep environments.${environment}.hosts in towpath.yaml, with one entry if one is to stay. Nothing was changed.`,
  })

const hostNotAllowed = (host: string, environment: string): TowpathError =>
  new TowpathError({
    code: 'HOST_NOT_ALLOWED',
    kind: 'blocked',
    message: `The policy of ${environment} does not allow the host ${host}.`,
    hint: `An admin accepts a policy with that host: towpath policy accept -e ${environment}. Nothing was changed.`,
  })
