import type { PreviewAnswer } from '../connection/shapes.ts'
import { gateLines } from './gate-lines.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'

const labelWidth = 11

const row = (label: string, text: string): Line => line(span('quiet', `  ${label.padEnd(labelWidth)}`), text)

/** What a deployment would do, from the same planner and gates that would do it. */
export function previewPage(preview: PreviewAnswer): Line[] {
  const { kind, steps, gates } = preview
  const later = gates.later.length > 0 ? `   asked later: ${gates.later.join(', ')}` : ''
  return [
    ...previewHead(preview, `${kind}, dry run: nothing is changed`),
    ...preview.strategies.flatMap(mismatch),
    row('steps', steps.map(({ does }) => does.replaceAll('-', ' ')).join(' > ')),
    blank,
    line(span('strong', 'Gates'), span('quiet', later)),
    ...gateLines(gates.results),
  ]
}

/** A strategy that does not suit its service is worth a line of its own. */
function mismatch({ service, strategy, fits }: PreviewAnswer['strategies'][number]): Line[] {
  const own = fits.find((fit) => fit.strategy === strategy.type)
  if (own === undefined || own.fits) return []
  return [
    line(span('warning', '  ▲ '), `${service} goes by ${strategy.type}: ${own.why} (see: towpath plan)`),
  ]
}

/** From what to what, and the facts of it. */
export const previewHead = (preview: PreviewAnswer, note: string): Line[] => [
  titleLine(preview, note),
  ...factLines(preview),
]

/** What a person must know before saying yes: from what to what, the way back, and what would hold it up. */
export function questionPage(preview: PreviewAnswer): Line[] {
  const refusing = refusingGates(preview)
  const counted = preview.gates.results.filter(({ answer }) => answer !== 'not-applicable')
  const passed = counted.length - refusing.length
  return [
    titleLine(preview, preview.kind),
    ...factLines(preview),
    row('gates', `${passed} of ${counted.length} pass as things stand`),
    ...gateLines(refusing),
  ]
}

/** Gates that would hold it up as things stand. */
export const refusingGates = ({ gates }: PreviewAnswer): PreviewAnswer['gates']['results'] =>
  gates.results.filter(
    ({ answer, waiver }) => answer !== 'pass' && answer !== 'not-applicable' && waiver === null,
  )

function titleLine({ from, release, environment }: PreviewAnswer, note: string): Line {
  const changed = from === null || from === release ? release : `${from} -> ${release}`
  return line(span('strong', changed), ` on ${environment}`, span('quiet', `   ${note}`))
}

const factLines = ({
  services,
  jobs,
  schema,
  approvals,
  wayBack,
  pending,
  notes,
  warnings,
}: PreviewAnswer): Line[] => [
  row('services', services.map(({ service }) => service).join(', ')),
  ...(jobs.length > 0 ? [row('runs once', `${jobs.join(', ')} (schema: ${schema})`)] : []),
  row('approvals', approvalText(approvals)),
  line(
    span('quiet', `  ${'way back'.padEnd(labelWidth)}`),
    span(wayBack.needsPerson ? 'warning' : null, wayBack.text),
  ),
  ...[...pending.map(({ says }) => says), ...notes, ...warnings].map((note) =>
    line(span('warning', '  ▲ '), note),
  ),
]

function approvalText({ needed, given, missing }: PreviewAnswer['approvals']): string {
  if (needed === 0) return 'none needed'
  const by = given.length > 0 ? `given by ${given.join(', ')}` : 'none given'
  return missing > 0 ? `${needed} needed, ${by}, ${missing} missing` : `${needed} needed, ${by}`
}
