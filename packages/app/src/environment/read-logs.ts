import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { placeState } from '../fleet/members.ts'
import { accessoryContainer, accessoryServices } from '../perform/accessories.ts'
import type { Installation } from '../installation.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'
import { performingFor } from '../runner/performing-for.ts'
import { stateOf } from '../state-of.ts'

/**
 * The container that serves a service right now, or that of an accessory, and the engine it is on; for its logs. Of several
 * hosts, the first.
 */
export async function liveContainer(
  installation: Installation,
  input: { environment: string; service: string },
  signal: AbortSignal,
): Promise<{ engine: ContainerEngine; container: string }> {
  const { live, active } =
    (await placeState(installation.store, input.environment)) ?? emptyEnvironment(input.environment)
  const services = live?.services ?? {}
  // Accessories of a first deployment are there before anything is live.
  const id = live?.deployment ?? active
  const deployment = id === null ? undefined : await stateOf(installation.store, deploymentView, id)
  if (deployment === undefined) throw notLive(input, Object.keys(services))
  const { engine } = await performingFor(installation, deployment, signal)
  const container =
    services[input.service]?.container ?? (await accessoryContainer({ engine, deployment }, input.service))
  if (container === null)
    throw notLive(input, [...Object.keys(services), ...accessoryServices({ engine, deployment })])
  return { engine, container }
}

const notLive = (
  { service, environment }: { service: string; environment: string },
  there: readonly string[],
): TowpathError =>
  new TowpathError({
    code: 'SERVICE_NOT_LIVE',
    kind: 'not-found',
    message: `${service} is not live in ${environment}.`,
    hint: `Live there: ${there.join(', ') || 'nothing'}. Nothing was changed.`,
  })
