import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { performingFor } from '../runner/performing-for.ts'
import { stateOf } from '../state-of.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { EnvironmentState, HistoryEntry } from '@towpath/domain/environment/environment-state.ts'
import { chooseRollbackTarget } from '@towpath/domain/deployment/rollback.ts'
import { withoutGone } from '@towpath/domain/adoption/running/plan-adoption.ts'
import type { DeploymentPlan } from '@towpath/domain/deployment/plan.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { refuseSetAside } from '../runner/hold-host.ts'
import { abortDeployment } from './abort.ts'
import { deploymentOf } from './deployment-of.ts'
import { requestDeployment } from './request-deployment.ts'

export interface RollbackInput {
  environment: string
  /** Null takes the release that was live before. */
  release: string | null
  reason: string
  acceptSchema: string | null
  idempotencyKey: string | null
}

/** Goes back to a retained release with exactly what it ran with then: files, settings, secrets and containers. */
export async function rollBack(
  installation: Installation,
  caller: Caller,
  input: RollbackInput,
): Promise<Deployment> {
  requirePermission(caller, 'roll-back', input.environment)
  await refuseSetAside(installation.store)
  const turned = await turnActive(installation, caller, input)
  if (turned !== null) return turned
  const then = await rollbackTarget(installation, input)
  return await requestDeployment(installation, caller, {
    kind: 'rollback',
    environment: input.environment,
    release: then.release,
    author: then.author,
    reason: input.reason,
    schemaAccepted: input.acceptSchema === null ? null : `${caller.principal.name}: ${input.acceptSchema}`,
    plan: await planBack(
      installation,
      { ...then, plan: await withOwnContainers(installation, then) },
      input.environment,
    ),
    pins: then.pins,
    firstPolicy: null,
    idempotencyKey: input.idempotencyKey,
  })
}

/** What a release that was adopted comes back to: its own containers, and where one is gone one that is made from the files. */
async function withOwnContainers(installation: Installation, then: Deployment): Promise<DeploymentPlan> {
  const { plan } = then
  if (plan.adoption === undefined) return plan
  const { engine } = await performingFor(installation, then, AbortSignal.timeout(lookWithinMs))
  const gone = new Set<string>()
  for (const { container, id } of plan.adoption.containers)
    if ((await engine.inspect(container))?.id !== id) gone.add(id)
  return withoutGone(plan, gone)
}

const lookWithinMs = 30_000

/**
 * While a deployment is on its way, going back means turning that one round: traffic returns to the release that is
 * still the live one, at once and not after the watch. Null where nothing is on its way or another release was asked for.
 */
async function turnActive(
  installation: Installation,
  caller: Caller,
  input: RollbackInput,
): Promise<Deployment | null> {
  const state = await stateOf(installation.store, environmentView, input.environment)
  const live = state?.live?.release ?? null
  const isWanted = live !== null && (input.release ?? live) === live
  if (!state?.active || !isWanted) return null
  const active = await deploymentOf(installation, state.active)
  if (active.kind === 'rollback' || active.finished !== null) return null
  return await abortDeployment(installation, caller, {
    deployment: active.id,
    reason: input.reason || `${caller.principal.name} rolls back to ${live}`,
  })
}

/**
 * The plan of then, on the hosts of now: those that came later get the older release as well. One host of several goes
 * back by itself and waits for no other.
 */
export async function planBack(
  { store }: Pick<Installation, 'store'>,
  then: Deployment,
  environment: string,
): Promise<DeploymentPlan> {
  const { fleet: _fleet, member: _member, ...plan } = { ...then.plan, firstDeployment: false }
  const state = await stateOf(store, environmentView, environment)
  const live = state?.live ?? null
  const now = live === null ? undefined : (await stateOf(store, deploymentView, live.deployment))?.plan
  if (now?.member !== undefined) return { ...plan, member: { ...now.member, of: null } }
  return now?.fleet === undefined ? plan : { ...plan, fleet: now.fleet }
}

/** The deployment whose pins a rollback would restore, or an error that names what can be had. */
export async function rollbackTarget(
  { store }: Installation,
  input: Pick<RollbackInput, 'environment' | 'release'>,
): Promise<Deployment> {
  const environment = await stateOf(store, environmentView, input.environment)
  const target = environment === undefined ? null : chooseRollbackTarget(environment, input.release)
  if (environment === undefined || target === null) throw noTarget(input, environment)
  const then = await stateOf(store, deploymentView, target.deployment)
  if (then === undefined) throw noTarget(input, environment)
  return then
}

function noTarget(
  input: Pick<RollbackInput, 'environment' | 'release'>,
  environment: EnvironmentState | undefined,
): TowpathError {
  const past = (environment?.history ?? []).filter((entry: HistoryEntry) => entry.outcome === 'live')
  const known = [...new Set(past.map((entry) => entry.release))].filter(
    (release) => release !== environment?.live?.release,
  )
  const asked = input.release === null ? 'any earlier release' : input.release
  return new TowpathError({
    code: 'NOTHING_TO_ROLL_BACK_TO',
    kind: 'not-found',
    message: `${input.environment} cannot go back to ${asked}: it was never live there, or is live now.`,
    hint: `${known.length > 0 ? `It can go back to: ${known.join(', ')}.` : 'No other release was ever live there.'} Nothing was changed.`,
  })
}
