import type { Command, CommandKind } from './command.ts'
import type { Deployment } from './deployment-state.ts'
import { isDone } from './deployment-state.ts'
import { isTurned } from './decide.ts'
import { forwardSteps, reverseSteps } from './way.ts'

const titles: Record<CommandKind, string> = {
  'pull-images': 'fetch images by digest',
  'make-backup': 'back up the database',
  'evaluate-gates': 'ask the gates',
  'prepare-host': 'prepare networks, volumes, edge and accessories',
  'run-job': 'run one-shot service',
  'start-candidates': 'start candidates',
  'admit-candidates': 'put candidates behind the edge',
  'await-healthy': 'wait until healthy',
  'run-smoke-checks': 'run smoke checks',
  'hold-traffic': 'let requests wait',
  'stop-old': 'stop the old instance',
  'shift-traffic': 'give the candidate its share',
  'judge-trial': 'judge the candidate against the release before',
  'await-person': 'wait for a person: resume or abort',
  'switch-traffic': 'switch traffic',
  'cut-streams': 'cut the streams left on the old instance',
  'take-names': "let the edge answer to the services' names",
  'start-accessories': 'start accessories in front',
  'retire-older': 'retire the release before the last',
  'watch-bake': 'watch with the old release as backup',
  'await-fleet': 'wait for the other hosts',
  'start-host': 'begin on a host',
  'await-host': 'wait until a host serves the release',
  agree: 'agree that every host keeps it',
  'return-host': 'turn a host round',
  'await-return': 'wait until a host is back',
  'restore-traffic': 'give traffic back',
  'remove-candidates': 'remove candidates',
  finish: 'finish',
}

export type StepStatus = 'done' | 'now' | 'next' | 'failed'

/** A step of a deployment as people see it, in the plan and in the live view alike. */
export interface StepLine {
  step: string
  title: string
  status: StepStatus
  seq: number | null
}

const titleOf = (command: Command): string => {
  const share = 'perMyriad' in command ? `, ${percent(command.perMyriad)}` : ''
  const how = 'by' in command && command.by === 'probes' ? ', by requests of our own' : ''
  return `${titles[command.do]}${whatOf(command)}${share}${how}`
}

function whatOf(command: Command): string {
  if ('services' in command) return `: ${command.services.join(', ')}`
  if ('replica' in command && command.replica !== undefined) return `: ${command.replica}`
  if ('host' in command) return `: ${command.host}`
  return 'job' in command ? ` ${command.job.job}` : ''
}

const percent = (perMyriad: number): string => `${perMyriad / 100}%`

/** The way a deployment goes: what is done, what is happening, what comes; after a turn, the way back. */
export function stepLines(state: Deployment): StepLine[] {
  const turned = isTurned(state)
  const failed = state.failure?.step
  const forward = forwardSteps(state).filter(({ step }) => !turned || isDone(state, step) || step === failed)
  const steps = turned ? [...forward, ...reverseSteps(state)] : forward
  const current = state.finished === null && state.start !== null
  let isNow = current
  return steps.map((command): StepLine => {
    const done = state.done[command.step]
    const line = { step: command.step, title: titleOf(command), seq: done?.seq ?? null }
    if (command.step === failed || state.verdicts[command.step]?.verdict === 'fail')
      return { ...line, status: 'failed' }
    if (done !== undefined || state.finished !== null) return { ...line, status: 'done' }
    const status: StepStatus = isNow ? 'now' : 'next'
    isNow = false
    return { ...line, status }
  })
}
