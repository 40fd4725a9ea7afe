import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import type { EnvironmentPolicy } from '@towpath/domain/environment/policy.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import { refuseSetAside } from '../runner/hold-host.ts'
import type { Caller } from '../principal/caller.ts'

/** Deployments that may wait for one environment; more are refused rather than forgotten. */
const queueMax = 20

export type DeploymentRequest = Pick<
  Deployment,
  'kind' | 'environment' | 'release' | 'author' | 'reason' | 'schemaAccepted' | 'plan' | 'pins'
> & {
  idempotencyKey: string | null
  /** Becomes the environment's policy where none was accepted yet: later commits can only be stricter. */
  firstPolicy: EnvironmentPolicy | null
  /** Called for a request that is new, with the environment as it was; what it throws takes the request back. */
  confirmNew?: (environment: EnvironmentState) => void
}

/** Appends `deployment.requested` and returns the deployment; the same idempotency key returns the same deployment. */
export async function requestDeployment(
  installation: Installation,
  caller: Caller,
  request: DeploymentRequest,
): Promise<Deployment> {
  const { idempotencyKey, firstPolicy, confirmNew, environment, ...facts } = request
  const id = installation.newId('dep')
  const key = idempotencyKey === null ? id : `${caller.principal.name}/${idempotencyKey}`
  const deployment = await installation.store.transact(async (tx) => {
    await refuseSetAside(tx)
    const state = (await stateOf(tx, environmentView, environment)) ?? emptyEnvironment(environment)
    const queued = state.queued.length
    if (queued >= queueMax) throw queueFull(environment, queued)
    if (firstPolicy !== null && state.policy === null)
      await tx.append({
        type: 'policy.accepted',
        actor: 'towpath',
        idem: `policy/${environment}/1`,
        environment,
        data: { policy: { ...firstPolicy, version: 1 } },
      })
    const { event, appended } = await tx.append({
      type: 'deployment.requested',
      actor: caller.principal.name,
      idem: `deployment/request/${key}`,
      environment,
      release: facts.release,
      deployment: id,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { id, ...facts },
    })
    if (appended) confirmNew?.(state)
    return await stateOf(tx, deploymentView, event.deployment ?? id)
  })
  installation.wake.ring()
  if (deployment === undefined) throw new Error(`deployment ${id} is not in the ledger after its request`)
  return deployment
}

const queueFull = (environment: string, queued: number): TowpathError =>
  new TowpathError({
    code: 'QUEUE_FULL',
    kind: 'locked',
    message: `${queued} deployments already wait for ${environment}.`,
    hint: `See them with towpath status -e ${environment}, end one with towpath abort ID. Nothing was changed.`,
  })
