import type { z } from '@hono/zod-openapi'
import type { Command } from '@towpath/domain/deployment/command.ts'
import { isTurned } from '@towpath/domain/deployment/decide.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { forwardSteps, reverseSteps } from '@towpath/domain/deployment/steps.ts'
import type { stepShape } from './deployment-shape.ts'

type Step = z.infer<typeof stepShape>

/** The way of a deployment, from the same lists that `decide` walks: once turned, what was done, then the way back. */
export function showSteps(deployment: Deployment): Step[] {
  const forward = forwardSteps(deployment)
  if (!isTurned(deployment)) return walked(deployment, forward)
  const begun = forward.filter(({ step }) => isBegun(deployment, step))
  const back = deployment.start === null ? [] : reverseSteps(deployment)
  return [...begun.map((command) => shown(deployment, command, 'ahead')), ...walked(deployment, back)]
}

const isBegun = ({ done, failure }: Deployment, step: string): boolean =>
  done[step] !== undefined || failure?.step === step

/** The first step that is not done is the current one, once the deployment has started. */
function walked(deployment: Deployment, commands: readonly Command[]): Step[] {
  const current =
    deployment.start === null ? undefined : commands.find(({ step }) => stateOf(deployment, step) === 'ahead')
  return commands.map((command) => shown(deployment, command, command === current ? 'current' : 'ahead'))
}

function shown(deployment: Deployment, { step, do: does }: Command, otherwise: 'current' | 'ahead'): Step {
  const state = stateOf(deployment, step)
  const done = deployment.done[step]
  const at = step === 'finish' ? deployment.finished?.at : step === deployment.failure?.step ? deployment.failure.at : done?.at
  return { step, does, state: state === 'ahead' ? otherwise : state, at: at ?? null, seq: done?.seq ?? null }
}

function stateOf({ done, failure, finished }: Deployment, step: string): 'done' | 'failed' | 'ahead' {
  if (step === 'finish') return finished === null ? 'ahead' : 'done'
  if (done[step] !== undefined) return 'done'
  return failure?.step === step ? 'failed' : 'ahead'
}
