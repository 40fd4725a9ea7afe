import { stillServing } from '@towpath/domain/deployment/still-serving.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { Installation } from '../installation.ts'
import { revivePlacement } from '../perform/revive.ts'
import { stateOf } from '../state-of.ts'
import { holdHost } from './hold-host.ts'
import { performingFor } from './performing-for.ts'

/**
 * Standing work on an environment that a deployment moves: what still serves of the release before runs, also after a
 * reboot of its host, however long the deployment takes. Everything else is the deployment's own affair.
 */
export async function keepServing(
  installation: Installation,
  environment: string,
  signal: AbortSignal,
): Promise<void> {
  const state = await stateOf(installation.store, environmentView, environment)
  if (state === undefined || state.active === null) return
  const deployment = await stateOf(installation.store, deploymentView, state.active)
  const placement = deployment === undefined ? null : stillServing(deployment)
  if (deployment === undefined || placement === null) return
  const performing = await performingFor(installation, deployment, signal)
  await holdHost(installation, performing.config.host.docker)
  const revived = await revivePlacement(performing, placement)
  for (const { container } of revived)
    installation.log.warn({ environment, container }, 'started again in mid-deploy')
}
