import { describeEvent } from '@towpath/domain/ledger/describe-event.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { Watched } from '../follow/watched-deployment.ts'
import { gateLines } from './gate-lines.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'
import { between, clockTime } from './time.ts'
import { outcomeSigns, signSpan, stepSigns } from './words.ts'

/** The whole story of one deployment, every line with the ledger's event it came from. */
export function explainPage(watched: Watched, now: Date): Line[] {
  const { deployment, events } = watched
  return [
    ...headLines(watched, now),
    ...gatesPart(watched),
    blank,
    line(span('strong', 'What happened'), span('quiet', '   time, event in the ledger')),
    ...events.map((event, at) => storyLine(event, events[at - 1])),
    ...failurePart(watched),
    blank,
    endingLine(watched),
    line(
      span(
        'quiet',
        `  ledger: events ${events[0]?.seq ?? '-'} to ${events.at(-1)?.seq ?? '-'} of ${deployment.id}`,
      ),
    ),
  ]
}

const labelWidth = 11
const row = (label: string, text: string): Line => line(span('quiet', `  ${label.padEnd(labelWidth)}`), text)

function headLines({ deployment }: Watched, now: Date): Line[] {
  const { kind, release, environment, id, requestedBy, requestedAt, reason, author, start, finished } =
    deployment
  const before = start?.previous?.release ?? null
  const way = before === null || before === release ? release : `${before} -> ${release}`
  return [
    line(span('strong', way), ` on ${environment}`, span('quiet', `   ${kind} ${id}`)),
    row('asked', `${requestedBy} at ${requestedAt}${reason === '' ? '' : `: ${reason}`}`),
    row('release by', author),
    ...(deployment.schemaAccepted === null
      ? []
      : [row('schema', `accepted by ${deployment.schemaAccepted}`)]),
    ...(start === null ? [] : [row('waited', between(requestedAt, start.at))]),
    ...(start === null ? [] : [row('took', between(start.at, finished?.at ?? now))]),
    ...deployment.plan.notes.map((note) => row('note', note)),
  ]
}

function gatesPart({ deployment, events }: Watched): Line[] {
  const { gates } = deployment
  if (gates === null) return []
  const asked = events.find(({ type }) => type === 'gates.evaluated')
  const sign = gates.passed ? span('good', 'passed') : span('bad', 'refused')
  return [
    blank,
    line(
      span('strong', 'Gates '),
      sign,
      span('quiet', `   #${asked?.seq ?? '-'}, facts ${gates.facts.slice(0, 12)}`),
    ),
    ...gateLines(gates.results),
  ]
}

const seqWidth = 8

function storyLine(event: LedgerEvent, before: LedgerEvent | undefined): Line {
  const bad = event.type === 'step.failed'
  const passed = before === undefined ? '' : `+${between(before.at, event.at)}`
  return line(
    span('quiet', `  ${clockTime(event.at)} ${passed.padStart(9)} ${`#${event.seq}`.padStart(seqWidth)}  `),
    span(bad ? 'bad' : null, `${bad ? `${stepSigns.failed.glyph} ` : ''}${describeEvent(event)}`),
  )
}

function failurePart({ deployment: { failure } }: Watched): Line[] {
  if (failure === null) return []
  return [
    blank,
    line(span('strong', 'Why it failed'), span('quiet', `   ${failure.step}, ${failure.code}`)),
    line(`  ${failure.message}`),
    line(`  ${failure.hint}`),
    ...failure.logTail
      .trimEnd()
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => line(span('quiet', '  │ '), text)),
  ]
}

function endingLine({ deployment, waitsFor }: Watched): Line {
  const { finished, start, environment } = deployment
  if (finished !== null) return line(signSpan(outcomeSigns[finished.outcome]), `  ${finished.reason}`)
  if (start === null) return line(span('warning', '○ waiting'), `  ${waitsFor ?? 'for its turn'}`)
  return line(
    span('running', '● under way'),
    `  watch it: towpath explain ${deployment.id} --follow, or: towpath status -e ${environment}`,
  )
}
