import type { PreviewAnswer } from '../connection/shapes.ts'
import { gateLines } from './gate-lines.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'

const labelWidth = 11

const row = (label: string, text: string): Line => line(span('quiet', `  ${label.padEnd(labelWidth)}`), text)

/** What a deployment would do, from the same planner and gates that would do it. */
export function previewPage(preview: PreviewAnswer): Line[] {
  const { kind, environment, release, from, steps, services, jobs, approvals, wayBack, gates } = preview
  const changed = from === null ? release : `${from} -> ${release}`
  return [
    line(
      span('strong', changed),
      ` on ${environment}`,
      span('quiet', `   ${kind}, dry run: nothing is changed`),
    ),
    row('services', services.map(({ service }) => service).join(', ')),
    ...(jobs.length > 0 ? [row('runs once', `${jobs.join(', ')} (schema: ${preview.schema})`)] : []),
    row('steps', steps.map(({ does }) => does.replaceAll('-', ' ')).join(' > ')),
    row('approvals', approvalText(approvals)),
    line(
      span('quiet', `  ${'way back'.padEnd(labelWidth)}`),
      span(wayBack.needsPerson ? 'warning' : null, wayBack.text),
    ),
    ...[...preview.notes, ...preview.warnings].map((note) => line(span('warning', '  ▲ '), note)),
    blank,
    line(
      span('strong', 'Gates'),
      span('quiet', gates.later.length > 0 ? `   asked later: ${gates.later.join(', ')}` : ''),
    ),
    ...gateLines(gates.results),
  ]
}

function approvalText({ needed, given, missing }: PreviewAnswer['approvals']): string {
  if (needed === 0) return 'none needed'
  const by = given.length > 0 ? `given by ${given.join(', ')}` : 'none given'
  return missing > 0 ? `${needed} needed, ${by}, ${missing} missing` : `${needed} needed, ${by}`
}
