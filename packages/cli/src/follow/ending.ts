import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { Outcome } from '@towpath/domain/environment/environment-state.ts'
import type { GateResult } from '@towpath/domain/gate/gate.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodeOfEnd, exitCodes } from '../outcome/exit-code.ts'
import { docsOf } from '../outcome/failure.ts'
import type { Failure } from '../outcome/failure.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import { between } from '../screen/time.ts'
import { outcomeSigns, signSpan } from '../screen/words.ts'
import type { Ended, Followed } from './follow-deployment.ts'

/** The answer of a command that followed a deployment: how it ended, why, and what to do now. */
export function answerToFollowing(followed: Followed, id: string): Answer {
  return followed.how === 'detached' ? detached(id) : ended(followed.watched)
}

/** How to watch a deployment that goes on by itself. */
export const watchCommand = (id: string): string => `towpath explain ${id} --follow`

const detached = (id: string): Answer => ({
  page: [
    line(span('warning', '○ stopped watching'), `; ${id} goes on by itself.`),
    line(`  watch it again: ${watchCommand(id)}`),
  ],
  json: { deployment: { id }, detached: true },
  exit: exitCodes.detached,
  next: [watchCommand(id), `towpath abort ${id}`],
})

function ended(watched: Ended): Answer {
  const { deployment } = watched
  const reached = deployment.finished.outcome === 'live'
  return {
    page: reached ? livePage(watched) : [...logTail(deployment), endLine(watched)],
    json: { deployment: factsOf(watched) },
    exit: exitCodeOfEnd(deployment),
    next: nextSteps(watched),
    ...(reached ? {} : { failure: endFailure(watched) }),
  }
}

/** A finished deployment in a few fields, for scripts. */
function factsOf({ deployment, events }: Ended): Record<string, unknown> {
  const { id, environment, release, kind, finished, requestedAt, failure } = deployment
  return {
    ...{ id, kind, environment, release, from: releaseBefore(deployment) },
    ...{ outcome: finished.outcome, reason: finished.reason, requestedAt, finishedAt: finished.at },
    tookMs: Math.max(0, Date.parse(finished.at) - Date.parse(begunAt(deployment))),
    failedStep: failure?.step ?? null,
    events: [events[0]?.seq ?? null, events.at(-1)?.seq ?? null],
  }
}

const releaseBefore = ({ start }: Deployment): string | null => start?.previous?.release ?? null
const begunAt = ({ start, requestedAt }: Deployment): string => start?.at ?? requestedAt

function livePage({ deployment }: Ended): Line[] {
  const { release, environment, finished, kind } = deployment
  const before = releaseBefore(deployment)
  const took = between(begunAt(deployment), finished.at)
  return [
    line(signSpan(outcomeSigns.live), `  ${release} is live on ${environment} after ${took}`),
    ...(before === null || before === release || kind === 'rollback'
      ? []
      : [line(span('quiet', `  go back to ${before}: towpath rollback -e ${environment}`))]),
  ]
}

function endLine({ deployment }: Ended): Line {
  const { finished, id, release, environment } = deployment
  const took = between(begunAt(deployment), finished.at)
  return line(
    signSpan(outcomeSigns[finished.outcome]),
    `  ${release} on ${environment} after ${took} (${id})`,
  )
}

function logTail({ failure }: Deployment): Line[] {
  const text = failure?.logTail.trimEnd() ?? ''
  if (text === '') return []
  const rows = text.split('\n').map((row) => line(span('quiet', '  │ '), row))
  return [line(span('quiet', 'last log lines')), ...rows]
}

type Missed = Exclude<Outcome, 'live'>
type EndedDeployment = Ended['deployment']

/** What happened, and what did not change, which is the first thing a person wants to know. */
const endings: Readonly<
  Record<Missed, { code: string; title: (of: EndedDeployment) => string; hint: (serves: string) => string }>
> = {
  refused: {
    code: 'DEPLOYMENT_REFUSED',
    title: ({ release, environment }) => `${release} was not let onto ${environment}`,
    hint: (serves) => `Traffic was not touched: ${serves}.`,
  },
  'rolled-back': {
    code: 'DEPLOYMENT_ROLLED_BACK',
    title: ({ release, environment }) => `${release} was taken back from ${environment}`,
    hint: (serves) => `All traffic is back: ${serves}.`,
  },
  aborted: {
    code: 'DEPLOYMENT_ABORTED',
    title: ({ release, environment }) => `${release} on ${environment} was aborted`,
    hint: (serves) => `Traffic is where it was: ${serves}.`,
  },
  superseded: {
    code: 'DEPLOYMENT_SUPERSEDED',
    title: ({ release, environment }) => `${release} on ${environment} made way for a newer deployment`,
    hint: (serves) => `It had not begun: ${serves}.`,
  },
  failed: {
    code: 'DEPLOYMENT_FAILED',
    title: ({ release, environment }) => `${release} on ${environment} failed`,
    hint: (serves) => `As far as the ledger tells, ${serves}.`,
  },
}

/** A deployment that ended otherwise than it was meant to, as the failure a script reads. */
function endFailure({ deployment }: Ended): Failure {
  const { failure, finished, id } = deployment
  const { code, title, hint } = endings[finished.outcome as Missed]
  const before = releaseBefore(deployment)
  const refusing = refusals(deployment)
  const why = refusing.map((result) => `${result.gate}: ${result.why}`).join('; ') || finished.reason
  const fixes = refusing.flatMap((result) => ('fix' in result ? [`${result.gate}: ${result.fix}.`] : []))
  const hints = [
    hint(before === null ? 'nothing else was live' : `${before} serves`),
    ...(failure === null ? fixes : [failure.hint]),
    `The whole story: towpath explain ${id}`,
  ]
  return {
    code,
    title: `${title(deployment)}: ${why}`,
    detail: {
      deployment: id,
      step: failure?.step ?? null,
      cause: failure?.code ?? null,
      gates: refusing.map(({ gate }) => gate),
    },
    hint: hints.join(' '),
    docs: docsOf(code),
  }
}

/** Gates that held it up. */
const refusals = ({ gates }: Deployment): GateResult[] =>
  (gates?.results ?? []).filter(({ answer, waiver }) => !passing.has(answer) && waiver === null)

const passing = new Set<string>(['pass', 'not-applicable'])

function nextSteps({ deployment }: Ended): string[] {
  const { finished, id, environment, kind } = deployment
  const canGoBack = finished.outcome === 'live' && kind !== 'rollback' && releaseBefore(deployment) !== null
  return [
    `towpath explain ${id}`,
    ...(canGoBack ? [`towpath rollback -e ${environment}`] : [`towpath status -e ${environment}`]),
  ]
}
