import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { placeState } from '../fleet/members.ts'
import type { Installation } from '../installation.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'
import { performingFor } from '../runner/performing-for.ts'
import { stateOf } from '../state-of.ts'

/** The container that serves a service right now, and the engine it is on; for its logs. Of several hosts, the first. */
export async function liveContainer(
  installation: Installation,
  input: { environment: string; service: string },
  signal: AbortSignal,
): Promise<{ engine: ContainerEngine; container: string }> {
  const state = await placeState(installation.store, input.environment)
  const live = state?.live ?? null
  const place = live?.services[input.service]
  const deployment =
    live === null ? undefined : await stateOf(installation.store, deploymentView, live.deployment)
  if (place === undefined || deployment === undefined)
    throw new TowpathError({
      code: 'SERVICE_NOT_LIVE',
      kind: 'not-found',
      message: `${input.service} is not live in ${input.environment}.`,
      hint: `Live there: ${Object.keys(live?.services ?? {}).join(', ') || 'nothing'}. Nothing was changed.`,
    })
  const { engine } = await performingFor(installation, deployment, signal)
  return { engine, container: place.container }
}
