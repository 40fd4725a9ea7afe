import { stepIdem } from '@towpath/domain/deployment/deployment-state.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { StepFailure } from '@towpath/domain/ledger/event-data.ts'
import type { NewEvent } from '@towpath/domain/ledger/event.ts'
import { messageOf, TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { perform } from '../perform/perform.ts'
import type { Performable } from '../perform/perform.ts'
import type { Installation } from '../installation.ts'
import { deploymentOf } from '../deployment/deployment-of.ts'
import { labelsOf } from './begin-and-end.ts'
import { holdForStep, isLedgerBehind } from './hold-host.ts'
import { performingFor } from './performing-for.ts'

/** How long a command is tried again on the way forward once the way to the host or registry breaks. */
const retryForMs = 120_000
/** How long the way back insists on removing what is only left over; giving traffic back it never gives up. */
const removeForMs = 300_000
const retryPauseMaxMs = 10_000

interface Task {
  id: string
  command: Performable
  turned: boolean
}

/**
 * Performs one command and appends its event under the step's key. Faults of the way there are tried again: for a while
 * on the way forward, for ever on the way back, because a way back that gives up leaves two releases half in place.
 */
export async function performCommand(
  installation: Installation,
  task: Task,
  signal: AbortSignal,
): Promise<void> {
  const deployment = await deploymentOf(installation, task.id)
  let firstFaultAt: number | null = null
  for (let attempt = 0; ; attempt += 1) {
    try {
      await performOnce(installation, { deployment, command: task.command }, signal)
      return
    } catch (error) {
      if (signal.aborted) throw error
      // Recorded already; neither way is gone on with an old copy of the ledger.
      if (isLedgerBehind(error)) return
      firstFaultAt ??= installation.elapsedMs()
      const brokenMs = installation.elapsedMs() - firstFaultAt
      if (givesUp(task, error, brokenMs))
        return await recordFailure(installation, deployment, { ...task, error })
      installation.log.warn(
        { deployment: task.id, step: task.command.step, attempt, error: messageOf(error) },
        'step failed, trying again',
      )
      await installation.wake.wait(Math.min(200 * 2 ** Math.min(attempt, 6), retryPauseMaxMs), signal)
      if (!task.turned && (await isAborted(installation, task.id))) return
    }
  }
}

async function performOnce(
  installation: Installation,
  { deployment, command }: { deployment: Deployment; command: Task['command'] },
  signal: AbortSignal,
): Promise<void> {
  const at = { deployment: deployment.id, step: command.step }
  const performing = await performingFor(installation, deployment, signal)
  // Of several hosts each is held by its own deployment.
  if (deployment.plan.fleet === undefined)
    await holdForStep(installation, performing.config.host.docker, command.do)
  await installation.watchStep('before', at)
  const performed = await perform(performing, command)
  await installation.watchStep('acted', at)
  if (performed !== null) await append(installation, deployment, { ...performed, step: command.step })
  await installation.watchStep('recorded', at)
}

function givesUp({ turned, command }: Task, error: unknown, brokenMs: number): boolean {
  if (!turned) return isFinal(error) || brokenMs > retryForMs
  return command.do === 'remove-candidates' && isFinal(error) && brokenMs > removeForMs
}

const isFinal = (error: unknown): boolean => error instanceof TowpathError && !error.retryable

const isAborted = async (installation: Installation, id: string): Promise<boolean> =>
  (await deploymentOf(installation, id)).abort !== null

async function append(
  { store, wake }: Installation,
  deployment: Deployment,
  { step, ...performed }: Pick<NewEvent, 'type' | 'data'> & { step: string },
): Promise<void> {
  const event = {
    ...performed,
    actor: 'towpath',
    idem: stepIdem(deployment.id, step),
    ...labelsOf(deployment),
  } as NewEvent
  await store.append(event)
  wake.ring()
}

async function recordFailure(
  installation: Installation,
  deployment: Deployment,
  { command, turned, error }: Task & { error: unknown },
): Promise<void> {
  const { store, wake, log } = installation
  // What could not be removed is stopped by the standing work; the environment must not wait for it.
  if (turned)
    return await append(installation, deployment, {
      type: 'candidates.removed',
      data: { containers: [] },
      step: command.step,
    })
  const failure = failureOf(command.step, error)
  log.warn({ deployment: deployment.id, ...failure, logTail: undefined }, 'step failed')
  await store.append({
    type: 'step.failed',
    actor: 'towpath',
    idem: `${deployment.id}/failed/${command.step}`,
    ...labelsOf(deployment),
    data: failure,
  })
  wake.ring()
}

function failureOf(step: string, error: unknown): StepFailure {
  if (!(error instanceof TowpathError))
    return { step, code: 'INTERNAL', message: messageOf(error), hint: 'See the server log.', logTail: '' }
  const logTail = typeof error.detail['logTail'] === 'string' ? error.detail['logTail'] : ''
  return { step, code: error.code, message: error.message, hint: error.hint, logTail }
}
