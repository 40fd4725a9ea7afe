import { duration } from '@towpath/domain/config/duration-text.ts'
import type { StepLine } from '@towpath/domain/deployment/describe-step.ts'
import { isTurned } from '@towpath/domain/deployment/decide.ts'
import { describeEvent } from '@towpath/domain/ledger/describe-event.ts'
import { servingNow, wayOf } from '../follow/watched-deployment.ts'
import type { Watched } from '../follow/watched-deployment.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'
import { between } from './time.ts'
import { widthOf } from './text-width.ts'
import { outcomeSigns, signSpan, stepSigns } from './words.ts'

const statusWidth = 8
/** Lines around the steps: title, three blanks, gates, verdict, keys. */
const otherLines = 7

/**
 * The live view of a deployment: one frame that stands still while its lines change. Never more than `rows` lines; what
 * is done longest ago is folded first.
 */
export function deploymentFrame(watched: Watched, { now, rows }: { now: Date; rows: number }): Line[] {
  const steps = wayOf(watched.deployment)
  const titleWidth = Math.min(48, Math.max(...steps.map(({ title }) => widthOf(title))))
  return [
    titleLine(watched, now),
    blank,
    ...folded(steps, rows - otherLines).map((step) =>
      typeof step === 'number'
        ? line('  ', signSpan(stepSigns.done, statusWidth), span('quiet', `${step} steps`))
        : stepLine(step, { watched, now, titleWidth }),
    ),
    blank,
    gatesLine(watched),
    verdictLine(watched),
    blank,
    keysLine(watched),
  ]
}

function titleLine({ deployment, connected }: Watched, now: Date): Line {
  const { start, release, environment, finished, requestedBy, kind } = deployment
  const from = start?.previous?.release ?? null
  const since = start?.at ?? deployment.requestedAt
  const way = from === null || from === release ? release : `${from} -> ${release}`
  return line(
    span('strong', way),
    ` on ${environment}`,
    span('quiet', `   ${kind} by ${requestedBy}   ${between(since, finished?.at ?? now)}`),
    ...(connected ? [] : [span('warning', '   ▲ server does not answer, trying again')]),
  )
}

/** Folds the oldest finished steps into a count where the terminal is too low. */
function folded(steps: readonly StepLine[], rows: number): (StepLine | number)[] {
  const surplus = steps.length - Math.max(3, rows)
  if (surplus <= 0) return [...steps]
  const isDone = steps.findIndex(({ status }) => status !== 'done')
  const foldable = Math.min(surplus + 1, isDone === -1 ? steps.length : isDone)
  return foldable < 2 ? [...steps] : [foldable, ...steps.slice(foldable)]
}

function stepLine(step: StepLine, { watched, now, titleWidth }: { watched: Watched; now: Date; titleWidth: number }): Line {
  const style = step.status === 'next' ? 'quiet' : null
  return line(
    '  ',
    signSpan(stepSigns[step.status], statusWidth),
    span(style, `  ${step.title.padEnd(titleWidth)}  `),
    span('quiet', stepDetail(step, watched, now)),
  )
}

function stepDetail({ step, status, seq }: StepLine, { deployment, events }: Watched, now: Date): string {
  if (status === 'failed') return deployment.failure?.message ?? deployment.finished?.reason ?? 'a gate did not pass'
  if (status === 'done') {
    const event = events.find((candidate) => candidate.seq === seq)
    return event === undefined ? '' : describeEvent(event)
  }
  if (status !== 'now') return ''
  const since = events.at(-1)?.at ?? deployment.requestedAt
  const limitMs = step === 'watch-bake' ? deployment.plan.bakeMs : null
  return limitMs === null ? between(since, now) : `${between(since, now)} of ${duration(limitMs)}`
}

function gatesLine({ deployment }: Watched): Line {
  const { gates } = deployment
  if (gates === null) return line(span('quiet', 'gates    '), 'not asked yet')
  const counted = gates.results.filter(({ answer }) => answer !== 'not-applicable')
  const passed = counted.filter(({ answer }) => answer === 'pass').length
  const waived = counted.filter(({ waiver }) => waiver !== null).length
  const bad = counted.filter(({ answer, waiver }) => answer !== 'pass' && waiver === null)
  return line(
    span('quiet', 'gates    '),
    `${passed} of ${counted.length} passed`,
    ...(waived > 0 ? [span('warning', `, ▲ ${waived} waived`)] : []),
    ...(bad.length > 0 ? [span('bad', `, ✖ ${bad.map(({ gate, answer }) => `${gate} ${answer}`).join(', ')}`)] : []),
  )
}

function verdictLine(watched: Watched): Line {
  const { deployment, waitsFor } = watched
  const { finished, start, failure, release } = deployment
  const label = span('quiet', 'verdict  ')
  if (finished !== null) return line(label, signSpan(outcomeSigns[finished.outcome]), `  ${finished.reason}`)
  if (start === null) return line(label, span('warning', '○ waiting'), `  ${waitsFor ?? 'for its turn'}`)
  if (isTurned(deployment)) return line(label, span('warning', '↺ going back'), `  ${failure?.message ?? ''}`)
  const before = start.previous?.release ?? null
  if (servingNow(watched) === 'candidate') {
    const backup = before === null ? '' : `; ${before} is its backup`
    return line(label, span('running', '● watching'), `  ${release} serves all traffic${backup}`)
  }
  const serving = before === null ? 'nothing was live before' : `${before} serves all traffic`
  return line(label, span('running', '● under way'), `  ${serving}`)
}

const keysLine = ({ deployment: { id, finished } }: Watched): Line =>
  line(
    span(
      'quiet',
      finished === null ? `Ctrl-C stops watching, the work goes on · towpath abort ${id}` : `towpath explain ${id}`,
    ),
  )
