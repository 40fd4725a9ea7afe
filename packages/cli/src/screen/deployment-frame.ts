import { duration } from '@towpath/domain/config/duration-text.ts'
import { formatPercent } from '@towpath/domain/config/percent.ts'
import type { StepLine } from '@towpath/domain/deployment/describe-step.ts'
import { isTurned } from '@towpath/domain/deployment/decide.ts'
import { failedVerdict } from '@towpath/domain/deployment/way.ts'
import { describeEvent } from '@towpath/domain/ledger/describe-event.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { servingNow, wayOf } from '../follow/watched-deployment.ts'
import type { Watched } from '../follow/watched-deployment.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'
import { between } from './time.ts'
import { outcomeSigns, signSpan, stepSigns } from './words.ts'

const statusWidth = 8
const timeWidth = 9
/** Lines around the steps: title, three blanks, gates, verdict, keys. */
const otherLines = 7

/**
 * The live view of a deployment: one frame that stands still while its lines change. Never more than `rows` lines: in a
 * low terminal the steps far from the present one are only counted.
 */
export function deploymentFrame(watched: Watched, { now, rows }: { now: Date; rows: number }): Line[] {
  const steps = wayOf(watched.deployment).filter(({ step }) => step !== 'finish')
  const { before, shown, after } = aroundNow(steps, rows - otherLines)
  const counted = (count: number, what: string): Line[] =>
    count === 0
      ? []
      : [line(span('quiet', `  ${' '.repeat(statusWidth + timeWidth)}  ${count} steps ${what}`))]
  return [
    titleLine(watched, now),
    blank,
    ...counted(before, 'done'),
    ...shown.map((step) => stepLine(step, watched, now)),
    ...counted(after, 'more'),
    blank,
    gatesLine(watched),
    verdictLine(watched),
    blank,
    keysLine(watched),
  ].slice(0, rows)
}

function titleLine({ deployment }: Watched, now: Date): Line {
  const { start, release, environment, finished, requestedBy, kind } = deployment
  const from = start?.previous?.release ?? null
  const since = start?.at ?? deployment.requestedAt
  const way = from === null || from === release ? release : `${from} -> ${release}`
  return line(
    span('strong', way),
    ` on ${environment}`,
    span('quiet', `   ${kind} by ${requestedBy}   ${between(since, finished?.at ?? now)}`),
  )
}

/** The steps to show where all do not fit: those around the first that is not done. */
function aroundNow(
  steps: readonly StepLine[],
  room: number,
): { before: number; shown: readonly StepLine[]; after: number } {
  if (steps.length <= room) return { before: 0, shown: steps, after: 0 }
  const size = Math.max(1, room - 2)
  const present = steps.findIndex(({ status }) => status !== 'done')
  const wanted = (present === -1 ? steps.length : present) - Math.floor(size / 2)
  const from = Math.max(0, Math.min(wanted, steps.length - size))
  return { before: from, shown: steps.slice(from, from + size), after: steps.length - from - size }
}

function stepLine(step: StepLine, watched: Watched, now: Date): Line {
  const detail = stepDetail(step, watched)
  return line(
    '  ',
    signSpan(stepSigns[step.status], statusWidth),
    span('quiet', stepTime(step, watched, now).padStart(timeWidth)),
    span(step.status === 'next' ? 'quiet' : null, `  ${step.title}`),
    ...(detail === '' ? [] : [span(step.status === 'failed' ? 'bad' : 'quiet', `   ${detail}`)]),
  )
}

/** How long a step took, from the event before it to its own; how long it has been going on. */
function stepTime(step: StepLine, { events }: Watched, now: Date): string {
  if (step.status === 'next') return ''
  const latest = events.at(-1)?.at
  if (step.status === 'now') return latest === undefined ? '' : between(latest, now)
  const at = events.findIndex(
    ({ seq, type }) => seq === step.seq || (step.status === 'failed' && type === 'step.failed'),
  )
  const [begun, ended] = [events[at - 1]?.at, events[at]?.at]
  return begun === undefined || ended === undefined ? '' : between(begun, ended)
}

/** Steps whose event says more than their title. */
const telling = new Set<LedgerEvent['type']>(['gates.evaluated', 'bake.passed', 'verdict.reached'])

const isTelling = (event: LedgerEvent): boolean =>
  telling.has(event.type) || (event.type === 'accessories.started' && event.data.fallen !== undefined)

function stepDetail({ step, status, seq }: StepLine, { deployment, events }: Watched): string {
  if (status === 'failed')
    return deployment.failure?.message ?? deployment.verdicts[step]?.why ?? 'a gate did not pass'
  if (status === 'now' && step === 'watch-bake') return `for ${duration(deployment.plan.bakeMs)}`
  if (status !== 'done') return ''
  const event = events.find((candidate) => candidate.seq === seq)
  return event !== undefined && isTelling(event) ? describeEvent(event) : ''
}

function gatesLine({ deployment }: Watched): Line {
  const { gates, finished } = deployment
  if (gates === null)
    return line(span('quiet', 'gates    '), finished === null ? 'not asked yet' : 'none were asked')
  const counted = gates.results.filter(({ answer }) => answer !== 'not-applicable')
  const passed = counted.filter(({ answer }) => answer === 'pass').length
  const waived = counted.filter(({ waiver }) => waiver !== null).length
  const bad = counted.filter(({ answer, waiver }) => answer !== 'pass' && waiver === null)
  return line(
    span('quiet', 'gates    '),
    `${passed} of ${counted.length} passed`,
    ...(waived > 0 ? [span('warning', `, ▲ ${waived} waived`)] : []),
    ...(bad.length > 0
      ? [span('bad', `, ✖ ${bad.map(({ gate, answer }) => `${gate} ${answer}`).join(', ')}`)]
      : []),
  )
}

function verdictLine(watched: Watched): Line {
  const { deployment, waitsFor } = watched
  const { finished, start, failure, release } = deployment
  const label = span('quiet', 'verdict  ')
  if (finished !== null) return line(label, signSpan(outcomeSigns[finished.outcome]), `  ${finished.reason}`)
  if (start === null) return line(label, span('warning', '○ waiting'), `  ${waitsFor ?? 'for its turn'}`)
  if (isTurned(deployment)) {
    const why = failure?.message ?? failedVerdict(deployment)?.why ?? ''
    return line(label, span('warning', '↺ going back'), `  ${why}`)
  }
  const before = start.previous?.release ?? null
  if (isAsking(watched))
    return line(label, span('warning', '○ asks you'), `  the numbers do not tell: resume, or abort`)
  const { does, text } = servingText(watched, { release, before })
  return line(label, span('running', `● ${does}`), `  ${text}`)
}

const isAsking = ({ deployment }: Watched): boolean =>
  wayOf(deployment).some(({ step, status }) => step.startsWith('await-person:') && status === 'now')

/** One sentence on who serves; service by service only where they differ. */
function servingText(
  watched: Watched,
  { release, before }: { release: string; before: string | null },
): { does: string; text: string } {
  const { fleet } = watched.deployment.plan
  if (fleet !== undefined) {
    const settled = Object.values(watched.deployment.hosts ?? {}).filter((each) => each.settled?.ready)
    return {
      does: 'under way',
      text: `${release} serves on ${settled.length} of ${fleet.hosts.length} hosts`,
    }
  }
  const serving = servingNow(watched)
  if (serving.every(({ candidateShare }) => candidateShare === 1)) {
    const backup = before === null ? '' : `; ${before} is its backup`
    return { does: 'watching', text: `${release} serves all traffic${backup}` }
  }
  if (serving.every(({ candidateShare, held }) => candidateShare === 0 && !held)) {
    const text = before === null ? 'nothing was live before' : `${before} serves all traffic`
    return { does: 'under way', text }
  }
  const parts = serving.map(({ service, candidateShare, held }) =>
    held ? `${service} waits` : `${service} ${formatPercent(candidateShare)}`,
  )
  return { does: 'under way', text: `${release} serves: ${parts.join(', ')}` }
}

function keysLine(watched: Watched): Line {
  const {
    deployment: { id, environment, finished },
    connected,
  } = watched
  if (finished !== null) return line(span('quiet', `towpath explain ${id}`))
  if (!connected)
    return line(
      span('warning', '▲ the server does not answer, trying again'),
      span('quiet', ' · Ctrl-C leaves'),
    )
  const resume = isAsking(watched) ? `towpath resume -e ${environment} --reason ... · ` : ''
  return line(span('quiet', `Ctrl-C leaves it running · ${resume}towpath abort -e ${environment}`))
}
