import { alreadyLive } from '@towpath/app/deployment/already-live.ts'
import type { AlreadyLive } from '@towpath/app/deployment/already-live.ts'
import { planFor } from '@towpath/app/deployment/deploy-release.ts'
import { requirePermission } from '@towpath/app/principal/caller.ts'
import type { Caller } from '@towpath/app/principal/caller.ts'
import { formatDuration } from '@towpath/domain/config/duration.ts'
import type { DeploymentPlan } from '@towpath/domain/deployment/plan.ts'
import { needsPersonToGoBack } from '@towpath/domain/release/release.ts'
import type { Served } from '../api-env.ts'
import { previewOf, pretendDeployment } from './pretend-deployment.ts'
import type { Preview } from './preview-shape.ts'

/** What a deployment would do and what going back from it would cost. The ledger is not touched. */
export async function previewDeploy(
  { installation, closing }: Served,
  caller: Caller,
  asked: {
    environment: string
    release: string
    kind: 'deploy' | 'promote'
    reason: string
    replaceEdge: boolean
    signal: AbortSignal
  },
): Promise<Preview | AlreadyLive> {
  requirePermission(caller, 'deploy', asked.environment)
  const { release, plan, pins, environment, live, pending, warnings, strays } = await planFor(
    installation,
    asked,
  )
  const found = strays.length > 0 ? null : alreadyLive(environment, live, { plan, pins })
  if (found !== null) return found
  const { kind, reason } = asked
  const deployment = pretendDeployment(
    caller,
    {
      ...{ kind, reason, plan, pins, environment: asked.environment },
      ...{ release: release.version, author: release.author, schemaAccepted: null },
    },
    { environment, now: installation.now() },
  )
  return await previewOf(installation, deployment, {
    environment,
    pending,
    warnings,
    wayBack: wayBackFrom(plan, environment.live?.release ?? null),
    signal: AbortSignal.any([asked.signal, closing]),
  })
}

function wayBackFrom(plan: DeploymentPlan, live: string | null): Preview['wayBack'] {
  if (live === null || live === plan.release)
    return { needsPerson: false, text: 'No other release is live, so there is none to go back to.' }
  if (plan.jobs.length > 0 && needsPersonToGoBack(plan.schema))
    return {
      needsPerson: true,
      text: `Going back to ${live} needs a person to say why it runs on the newer schema (this release declares: ${plan.schema}). It takes --accept-schema "why", and this deployment waits for an approval.`,
    }
  return {
    needsPerson: false,
    text: `Going back to ${live} is one command. It stays warm for ${formatDuration(plan.warmMs)} after the switch, which makes that a matter of seconds; later its containers start again first.`,
  }
}
