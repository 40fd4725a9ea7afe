import type { ObservedAnswer, WatchAnswer } from '../connection/shapes.ts'
import { gateLines } from './gate-lines.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'
import { tableLines } from './table.ts'
import { between } from './time.ts'
import { signSpan, wouldSigns } from './words.ts'

const digestLength = 12

/** What is watched, service by service. */
export const watchingLines = ({ running }: WatchAnswer): Line[] =>
  Object.keys(running).length === 0
    ? [line(span('warning', '  ▲ '), 'no container of these services runs there yet')]
    : Object.entries(running).map(([service, state]) =>
        line(span('quiet', `  ${service}  `), `${state.named}${madeOf(state)}`),
      )

type Running = WatchAnswer['running'][string]

/** By digest, with the commit where the image tells it. */
const madeOf = ({ image, commit }: Running): string =>
  ` (${image.slice(image.indexOf('sha256:') + 'sha256:'.length).slice(0, digestLength)}${commit === null ? '' : `, commit ${commit.slice(0, digestLength)}`})`

/** Every observed deployment, oldest first, with what would have become of it. */
export function watchReportPage(
  observed: readonly ObservedAnswer[],
  { since, now, columns }: { since: string; now: Date; columns: number | null },
): Line[] {
  if (observed.length === 0) return [line(`No deployment was observed in the last ${since}.`)]
  const count = (would: ObservedAnswer['would']): number =>
    observed.filter((one) => one.would === would).length
  const sums = (Object.keys(wouldSigns) as ObservedAnswer['would'][])
    .filter((would) => count(would) > 0)
    .map((would) => `${count(would)} ${wouldSigns[would].word}`)
  const rows = observed.map((one) => [
    span(null, `${one.at.slice(0, 19)}Z`),
    span(null, one.environment),
    span(null, one.kind),
    span('strong', nameOf(one)),
    signSpan(wouldSigns[one.would]),
    span('quiet', one.id),
    span(null, one.reasons[0] ?? `seen ${between(one.at, now)} ago`),
  ])
  return [
    line(span('strong', `${observed.length} deployments of your own workflow in the last ${since}`)),
    line(`  would have been: ${sums.join(', ')}`),
    blank,
    ...tableLines(
      { head: ['when', 'where', 'kind', 'what', 'would have been', 'id', 'because'], rows },
      columns,
    ),
    blank,
    line(span('quiet', '  one of them in full: towpath explain ID')),
  ]
}

/** By the release of the ledger, else by what the images say of themselves. */
function nameOf({ release, services, to }: ObservedAnswer): string {
  if (release !== null) return release
  return services
    .map((service) => {
      const running = to[service]
      return `${service} ${running?.version ?? running?.commit?.slice(0, digestLength) ?? running?.named ?? 'gone'}`
    })
    .join(', ')
}

/** The whole story of one observed deployment. */
export function observedPage(observed: ObservedAnswer): Line[] {
  const { id, environment, kind, at, seq, lastSeenAt, gates, judged, would, reasons } = observed
  const row = (label: string, text: string): Line => line(span('quiet', `  ${label.padEnd(11)}`), text)
  return [
    line(
      span('strong', nameOf(observed)),
      ` on ${environment}`,
      span('quiet', `   ${kind} by your own workflow, ${id}`),
    ),
    row(
      'seen',
      `${at}, #${seq}${lastSeenAt === null ? '; nobody looked before since the server started' : ''}`,
    ),
    ...changeLines(observed),
    blank,
    line(
      span('strong', 'Gates '),
      gates.passed ? span('good', 'would have passed') : span('bad', 'would have refused it'),
      span('quiet', `   facts ${gates.facts.slice(0, digestLength)}`),
    ),
    ...(gates.results.length === 0
      ? [line('  no gate is asked where a service is taken away')]
      : gateLines(gates.results)),
    blank,
    line(
      span('strong', 'How it fared'),
      span('quiet', judged === null ? '' : `   ${judged.at}, #${judged.seq}`),
    ),
    line(judged === null ? '  it is being judged' : `  ${judged.verdict}: ${judged.why}`),
    blank,
    line('would have been ', signSpan(wouldSigns[would]), `  ${reasons.join('; ')}`),
  ]
}

const changeLines = ({ services, from, to }: ObservedAnswer): Line[] =>
  services.map((service) => {
    const shown = (state: Running | undefined): string =>
      state === undefined ? 'nothing' : `${state.named}${madeOf(state)}`
    return line(span('quiet', `  ${service.padEnd(11)}`), `${shown(from[service])} -> ${shown(to[service])}`)
  })
