import { foldDeployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { stepLines } from '@towpath/domain/deployment/describe-step.ts'
import type { StepLine } from '@towpath/domain/deployment/describe-step.ts'
import { trafficOf } from '@towpath/domain/deployment/traffic.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'

/** A deployment as somebody watches it: its state folded from its own events, by the rules the server uses. */
export interface Watched {
  deployment: Deployment
  /** In order, each once. */
  events: readonly LedgerEvent[]
  /** What it waits for before it starts; null once it moves. */
  waitsFor: string | null
  /** False while the server does not answer. */
  connected: boolean
}

/** Adds one event; the first must be the request. An event seen before changes nothing. */
export function watch(watched: Watched | null, event: LedgerEvent): Watched {
  if (watched === null)
    return { deployment: foldDeployment(undefined, event), events: [event], waitsFor: null, connected: true }
  if (event.seq <= (watched.events.at(-1)?.seq ?? 0)) return watched
  const deployment = foldDeployment(watched.deployment, event)
  const waitsFor = deployment.start === null && deployment.finished === null ? watched.waitsFor : null
  return { ...watched, deployment, waitsFor, events: [...watched.events, event] }
}

/** All that `explain` and the live view show of the way: with the step that failed, which the plan leaves out. */
export function wayOf(deployment: Deployment): StepLine[] {
  const lines = stepLines(deployment).map((line) => (isRefusal(line, deployment) ? failed(line) : line))
  const { failure } = deployment
  const stuck = failure === null ? undefined : plannedLine(deployment, failure.step)
  if (stuck === undefined) return lines
  const back = lines.findIndex(({ step }) => backSteps.has(step.split(':', 1)[0] ?? step))
  return [...lines.slice(0, back), failed(stuck), ...lines.slice(back)]
}

const backSteps = new Set(['return-host', 'restore-traffic', 'remove-candidates', 'finish'])

const failed = (line: StepLine): StepLine => ({ ...line, status: 'failed' })

const isRefusal = ({ step }: StepLine, { gates }: Deployment): boolean =>
  step === 'evaluate-gates' && gates !== null && !gates.passed

const plannedLine = (deployment: Deployment, step: string): StepLine | undefined =>
  stepLines({ ...deployment, failure: null, abort: null, finished: null }).find((line) => line.step === step)

/** Who serves users at this moment, as far as the ledger tells, service by service. */
export function servingNow({
  deployment,
}: Watched): { service: string; candidateShare: number; held: boolean }[] {
  return Object.entries(trafficOf(deployment)).map(([service, { stage, perMyriad }]) => ({
    service,
    candidateShare: stage === 'switched' || stage === 'replaced' ? 1 : perMyriad / 10_000,
    held: stage === 'held',
  }))
}
