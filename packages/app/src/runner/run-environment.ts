import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import { isTurned } from '@towpath/domain/deployment/decide.ts'
import type { Decision } from '@towpath/domain/deployment/decide.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { decisionFor } from '../fleet/members.ts'
import type { Installation } from '../installation.ts'
import { finishDeployment, startDeployment } from './begin-and-end.ts'
import { isSetAside } from './hold-host.ts'
import { performCommand } from './perform-command.ts'

/** The part of an environment's loop: one deployment that is active, or all that wait for their turn. */
export type Part = 'active' | 'queued'

/**
 * The durable loop of one environment: fold, decide, do at most one thing, append, again. It keeps nothing between two
 * rounds, so being killed anywhere costs only the round. Two of them run per environment, one for each part, so that a
 * long watch never delays an abort of what still waits.
 */
export async function runEnvironment(
  installation: Installation,
  facts: { environment: string; part: Part },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const acted = await oneRound(installation, facts, signal)
      if (!acted) await installation.wake.wait(installation.periods.pollMs, signal)
    } catch (error) {
      if (signal.aborted) return
      installation.log.error({ ...facts, error: messageOf(error) }, 'round failed, trying again')
      await installation.wake.wait(installation.periods.pollMs, signal)
    }
  }
}

async function oneRound(
  installation: Installation,
  { environment, part }: { environment: string; part: Part },
  signal: AbortSignal,
): Promise<boolean> {
  if (await isSetAside(installation)) return false
  const state =
    (await stateOf(installation.store, environmentView, environment)) ?? emptyEnvironment(environment)
  const ids = part === 'active' ? [state.active ?? []].flat() : await inTurn(installation, state.queued)
  for (const id of ids) {
    const deployment = await stateOf(installation.store, deploymentView, id)
    if (deployment === undefined) continue
    const now = installation.now()
    const decision = await decisionFor(installation.store, deployment, { environment: state, now })
    if (await act(installation, { decision, id, turned: isTurned(deployment) }, signal)) return true
  }
  return false
}

/** Rollbacks first, then the newest: an older one is superseded by it anyway. */
async function inTurn({ store }: Installation, queued: string[]): Promise<string[]> {
  const deployments = await Promise.all(queued.map((id) => stateOf(store, deploymentView, id)))
  const isRollback = (index: number): boolean => deployments[index]?.kind === 'rollback'
  const indexes = queued.map((_, index) => index).toReversed()
  return [...indexes.filter(isRollback), ...indexes.filter((index) => !isRollback(index))].map(
    (index) => queued[index] ?? '',
  )
}

/** Does what was decided. False where there is nothing to do but wait. */
async function act(
  installation: Installation,
  { decision, id, turned }: { decision: Decision; id: string; turned: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  switch (decision.next) {
    case 'start':
      return await startDeployment(installation, id)
    case 'end':
      return await finishDeployment(installation, id)
    case 'perform':
      const { command } = decision
      if (command.do === 'finish') return await finishDeployment(installation, id)
      if (command.do === 'await-fleet') return false
      await performCommand(installation, { id, command, turned }, signal)
      return true
    case 'wait':
    case 'nothing':
      return false
  }
}
