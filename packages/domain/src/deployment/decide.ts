import type { EnvironmentState } from '../environment/environment-state.ts'
import { admit } from './admission.ts'
import type { Admission } from './admission.ts'
import type { Command } from './command.ts'
import type { Deployment } from './deployment-state.ts'
import { isDone } from './deployment-state.ts'
import { failedVerdict, firstMove, forwardSteps, reverseSteps } from './way.ts'

/** What a deployment needs next. `perform` asks for one command; its event leads to the next decision. */
export type Decision =
  | { next: 'perform'; command: Command }
  | { next: 'start'; admission: Admission & { may: 'start' } }
  | { next: 'end'; command: Command & { do: 'finish' } }
  | { next: 'wait'; why: string; until: string | null }
  | { next: 'nothing' }

/**
 * Decides the next act of one deployment from recorded facts alone. Pure: the same ledger gives the same answer, today
 * or after any crash. An abort or a failure turns it round once and for all; a finished one needs nothing.
 *
 * @param now RFC 3339 time, for the approval deadline and the age of the gates' answers.
 */
export function decide(state: Deployment, environment: EnvironmentState, now: string): Decision {
  if (state.finished !== null) return { next: 'nothing' }
  if (state.start === null) return decideBeforeStart(state, environment, now)
  const turned = isTurned(state)
  const steps = turned ? reverseSteps(state) : forwardSteps(state)
  const command = steps.find((step) => !isDone(state, step.step))
  if (command === undefined) return { next: 'nothing' }
  if (command.do === 'await-fleet')
    return { next: 'wait', why: 'waits until every other host serves the release too', until: null }
  const again = turned ? null : gatesToAskAgain(state, command, now)
  if (again !== null) return { next: 'perform', command: again }
  return command.do === 'finish' ? { next: 'end', command } : { next: 'perform', command }
}

/** Older answers of the gates are not believed where traffic first moves: the controller may have been away for a day. */
const gatesBelievedMs = 15 * 60_000

/** The gates once more, where traffic is about to move on answers that have grown old. Never on the way back. */
function gatesToAskAgain(state: Deployment, command: Command, now: string): Command | null {
  if (state.gates === null || state.kind === 'rollback') return null
  if (command.step !== firstMove(state)?.step) return null
  const ageMs = Date.parse(now) - Date.parse(state.gates.at)
  return ageMs > gatesBelievedMs ? { do: 'evaluate-gates', step: `evaluate-gates:${state.gates.at}` } : null
}

/**
 * True once the deployment goes back. An abort counts when anything but the ending was left to do as it was recorded:
 * a step that ends after it does not outrun it, and after the last step the release is live and leaving it is a rollback.
 */
export function isTurned(state: Deployment): boolean {
  if (state.failure !== null || failedVerdict(state) !== null) return true
  if (state.gates !== null && !state.gates.passed) return true
  const { abort } = state
  if (abort === null) return false
  return forwardSteps(state).some(
    ({ do: kind, step }) =>
      kind !== 'finish' && (state.done[step]?.seq ?? Number.POSITIVE_INFINITY) > abort.seq,
  )
}

/** What a deployment needs that has not got its environment yet. */
export function decideBeforeStart(state: Deployment, environment: EnvironmentState, now: string): Decision {
  const finish = (outcome: 'aborted' | 'superseded' | 'refused', reason: string): Decision => ({
    next: 'end',
    command: { do: 'finish', step: 'finish', outcome, reason },
  })
  if (state.abort !== null) return finish('aborted', state.abort.reason || `aborted by ${state.abort.by}`)
  const admission = admit(state, environment, now)
  switch (admission.may) {
    case 'start':
      return { next: 'start', admission }
    case 'wait':
      return { next: 'wait', why: admission.why, until: admission.until }
    case 'never':
      return finish(admission.outcome, admission.why)
  }
}
