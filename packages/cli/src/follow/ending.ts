import type { Outcome } from '@towpath/domain/environment/environment-state.ts'
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
  const { id, environment, release, kind, finished, start, requestedAt, failure } = deployment
  const next = nextSteps(watched)
  const json = {
    deployment: {
      ...{ id, kind, environment, release, from: start?.previous?.release ?? null },
      ...{ outcome: finished.outcome, reason: finished.reason, requestedAt, finishedAt: finished.at },
      tookMs: Math.max(0, Date.parse(finished.at) - Date.parse(start?.at ?? requestedAt)),
      failedStep: failure?.step ?? null,
      events: [watched.events[0]?.seq ?? null, watched.events.at(-1)?.seq ?? null],
    },
  }
  const reached = finished.outcome === 'live'
  return {
    page: reached ? livePage(watched) : [...logTail(failure?.logTail ?? ''), endLine(watched)],
    json,
    exit: exitCodeOfEnd(deployment),
    next,
    ...(reached ? {} : { failure: endFailure(watched) }),
  }
}

function livePage({ deployment }: Ended): Line[] {
  const { release, environment, start, requestedAt, finished } = deployment
  const before = start?.previous?.release ?? null
  const took = between(start?.at ?? requestedAt, finished.at)
  return [
    line(signSpan(outcomeSigns.live), `  ${release} is live on ${environment} after ${took}`),
    ...(before === null || before === release
      ? []
      : [line(span('quiet', `  go back to ${before}: towpath rollback -e ${environment}`))]),
  ]
}

function endLine({ deployment }: Ended): Line {
  const { finished, start, requestedAt, id, release, environment } = deployment
  const took = between(start?.at ?? requestedAt, finished.at)
  return line(signSpan(outcomeSigns[finished.outcome]), `  ${release} on ${environment} after ${took} (${id})`)
}

function logTail(text: string): Line[] {
  if (text.trim() === '') return []
  const rows = text.trimEnd().split('\n')
  return [line(span('quiet', 'last log lines')), ...rows.map((row) => line(span('quiet', '  │ '), row))]
}

type Missed = Exclude<Outcome, 'live'>
type EndedDeployment = Ended['deployment']

/** What happened, and what did not change, which is the first thing a person wants to know. */
const endings: Readonly<Record<Missed, { code: string; title: (of: EndedDeployment) => string; hint: (serves: string) => string }>> = {
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
  const { failure, finished, start, id, gates } = deployment
  const { code, title, hint } = endings[finished.outcome as Missed]
  const before = start?.previous?.release ?? null
  const refusing = (gates?.results ?? []).filter(({ answer, waiver }) => !passing.has(answer) && waiver === null)
  const why = refusing.length > 0 ? refusing.map((result) => `${result.gate}: ${result.why}`).join('; ') : finished.reason
  const fixes = refusing.flatMap((result) => ('fix' in result ? [`${result.gate}: ${result.fix}.`] : []))
  const advice = failure === null ? fixes.join(' ') : failure.hint
  return {
    code,
    title: `${title(deployment)}: ${why}`,
    detail: { deployment: id, step: failure?.step ?? null, cause: failure?.code ?? null, gates: refusing.map(({ gate }) => gate) },
    hint: [hint(before === null ? 'nothing else was live' : `${before} serves`), advice, `The whole story: towpath explain ${id}`]
      .filter((part) => part !== '')
      .join(' '),
    docs: docsOf(code),
  }
}

const passing = new Set<string>(['pass', 'not-applicable'])

function nextSteps({ deployment }: Ended): string[] {
  const { finished, id, environment, start } = deployment
  const canGoBack = finished.outcome === 'live' && start?.previous !== null
  return [`towpath explain ${id}`, ...(canGoBack ? [`towpath rollback -e ${environment}`] : [`towpath status -e ${environment}`])]
}
