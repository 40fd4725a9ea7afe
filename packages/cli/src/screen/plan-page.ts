import { duration } from '@towpath/domain/config/duration-text.ts'
import { formatPercent } from '@towpath/domain/config/percent.ts'
import type { PreviewAnswer } from '../connection/shapes.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'
import { previewHead } from './preview-page.ts'

type Advice = PreviewAnswer['strategies'][number]

const labelWidth = 15
const row = (label: string, text: string): Line =>
  line(span('quiet', `    ${label.padEnd(labelWidth)}`), text)

/** How each service would go over, whether that suits it and why, and what each strategy would mean instead. */
export function planPage(preview: PreviewAnswer): Line[] {
  return [
    ...previewHead(preview, 'plan: nothing is changed'),
    ...preview.strategies.flatMap((advice) => [blank, ...adviceLines(advice)]),
    blank,
    line(span('strong', 'Steps')),
    ...preview.steps.map(({ step }, index) =>
      line(span('quiet', `  ${String(index + 1).padStart(3)}  `), step),
    ),
  ]
}

function adviceLines(advice: Advice): Line[] {
  const { service, strategy, suggested, fits, wayBack } = advice
  const own = fits.find((fit) => fit.strategy === strategy.type)
  const sign = own?.fits === true ? span('good', '✔ fits') : span('warning', '▲ does not suit it')
  return [
    line(
      span('strong', `  ${service}`),
      `  goes by ${strategy.type}  `,
      sign,
      span('quiet', `  ${own?.why ?? ''}`),
    ),
    row('traffic', trafficText(advice)),
    row('verdict', verdictText(advice)),
    row('way back', wayBack),
    ...(suggested === strategy.type ? [] : [row('we would take', suggested)]),
    ...fits.filter((fit) => fit !== own).map(alternative),
  ]
}

const alternative = ({ strategy, fits, why }: Advice['fits'][number]): Line =>
  line(
    span('quiet', `    ${strategy.padEnd(labelWidth)}`),
    span(fits ? 'good' : 'quiet', fits ? '✔ ' : '✖ '),
    span('quiet', why),
  )

const trafficText = ({ requestsPerSecond }: Advice): string =>
  requestsPerSecond === null
    ? 'unknown: nothing was seen at the edge yet'
    : `${Number(requestsPerSecond.toPrecision(2))} requests/s at the edge`

function verdictText({ verdict, strategy, requestsPerSecond }: Advice): string {
  const weights: unknown = strategy['weights']
  const first = Array.isArray(weights) && typeof weights[0] === 'number' ? weights[0] : null
  const share = first === null ? 'after the switch' : `at ${formatPercent(first / 10_000)}`
  if (verdict === null)
    return requestsPerSecond === null
      ? 'nobody can tell without traffic; requests of our own decide where there is too little'
      : `not from this traffic, however long; requests of our own decide ${share}`
  return `about ${duration(verdict.durationMs)} ${share} (${verdict.requests} requests of the new release)`
}
