import type { EnvironmentAnswer, FindingsAnswer, LiveFindingAnswer } from '../connection/shapes.ts'
import { blank, line, span } from './line.ts'
import type { Line, Span } from './line.ts'
import { blockLines, tableLines } from './table.ts'
import { ago, left } from './time.ts'

interface PageOptions {
  now: Date
  columns: number | null
}

/** Narrower than this a table says less than one block per finding. */
const tableColumnsMin = 90

type ReleaseFindings = FindingsAnswer['items'][number]['releases'][number]

/** What counts, what passes and why, and what nobody could judge; by environment, what is live first. */
export function findingsPage({ advisories, items }: FindingsAnswer, options: PageOptions): Line[] {
  const pages = items.flatMap(({ environment, releases, live, incidents }) => [
    ...(live === null ? [line(span('strong', environment), span('quiet', '  nothing is live')), blank] : []),
    ...incidents.map(({ incident, id, package: name, at }) =>
      line(
        span('bad', `✖ incident ${incident}`),
        `  ${environment}: ${id} in ${name} is known to be exploited, open since ${ago(at, options.now)}`,
      ),
    ),
    ...releases.flatMap((release) => [...releaseLines(environment, release, options), blank]),
  ])
  if (items.length === 0)
    return [line('Nothing was ever deployed. Start with: towpath release create VERSION')]
  return [...pages, dataLine(advisories, options.now)]
}

function dataLine(advisories: FindingsAnswer['advisories'], now: Date): Line {
  if (advisories === null)
    return line(span('bad', '? The server has no advisories'), ': towpath advisories send')
  const { newest, ecosystems, importedAt, importedBy } = advisories
  const covers = Object.keys(ecosystems).join(', ') || 'nothing'
  return line(
    span('quiet', 'judged by advisories of '),
    `${newest?.slice(0, 10) ?? 'never'} (${covers}), brought ${ago(importedAt, now)} by ${importedBy}`,
  )
}

function releaseLines(environment: string, release: ReleaseFindings, options: PageOptions): Line[] {
  const { findings, unknowns, isLive } = release
  const counting = findings.filter(({ weight }) => weight === 'blocks')
  const passing = findings.filter(({ weight }) => weight === 'waived')
  const others = findings.length - counting.length - passing.length
  const table = {
    head: ['what', 'severity', 'in', 'since', 'answer', 'fixed', 'event'],
    rows: counting.map((one) => rowOf(one, options.now)),
  }
  const isNarrow = options.columns !== null && options.columns < tableColumnsMin
  return [
    line(
      span('strong', environment),
      `  ${release.release} `,
      headOf(release),
      isLive ? '' : span('quiet', '  kept to go back to'),
    ),
    ...(counting.length === 0 ? [] : isNarrow ? blockLines(table) : tableLines(table, options.columns)),
    ...passing.map(({ id, package: name, version, waiver }) =>
      line(
        span('warning', '  ▲ waived  '),
        `${id} in ${name} ${version} by ${waiver?.owner ?? ''} until ${waiver?.expires.slice(0, 10) ?? ''}: ${waiver?.reason ?? ''}`,
      ),
    ),
    ...(others === 0
      ? []
      : [line(span('quiet', `  ○ ${others} more that do not count under the policy (--json shows them)`))]),
    ...unknowns.map((text) => line(span('warning', '  ? unknown '), text)),
  ]
}

function headOf({ verdict, findings }: ReleaseFindings): Span {
  if (verdict === 'unknown') return span('warning', '? unknown')
  if (verdict === 'clean') return span('good', '✔ nothing known counts')
  const counting = findings.filter(({ weight }) => weight === 'blocks')
  const late = counting.filter(({ isOverdue }) => isOverdue).length
  return span(
    'bad',
    `✖ ${counting.length} ${counting.length === 1 ? 'counts' : 'count'}${late === 0 ? '' : `, ${late} overdue`}`,
  )
}

function rowOf(finding: LiveFindingAnswer, now: Date): Span[] {
  const { id, package: name, version, severity, isExploited, kind, since, fixed, fixedBy, seq } = finding
  const bad = kind === 'malicious' ? 'made to do harm' : severity
  return [
    span('strong', id),
    span('bad', isExploited === true ? `✖ ${bad}, exploited` : `✖ ${bad}`),
    span(null, `${name} ${version} (${finding.services.join(', ')})`),
    span(null, ago(since, now)),
    answerCell(finding, now),
    span(null, `${fixed ?? 'no fix'}${fixedBy === null ? '' : `, in ${fixedBy}`}`),
    span('quiet', `#${seq}`),
  ]
}

function answerCell({ due, isOverdue }: LiveFindingAnswer, now: Date): Span {
  if (due === null) return span('quiet', '-')
  return isOverdue ? span('bad', `✖ was due ${ago(due, now)}`) : span(null, `due in ${left(due, now) ?? ''}`)
}

/** One line of an environment for the page of all. */
export function findingsLine({ environment, findings }: EnvironmentAnswer, now: Date): Line[] {
  if (findings === null) return []
  const { release, blocking, waived, unknowns } = findings
  const more = [
    ...(waived > 0 ? [`${waived} waived`] : []),
    ...(unknowns > 0 ? ['not all could be judged'] : []),
  ]
  if (blocking > 0) {
    const count = `${blocking} ${blocking === 1 ? 'finding counts' : 'findings count'}`
    const told = [`${environment}: ${count} against ${release}`, ...timesOf(findings, now), ...more]
    const command = `towpath findings --live -e ${environment}`
    return [line(span('bad', '  ✖ '), `${told.join(', ')}: ${command}`)]
  }
  const sign = unknowns > 0 ? span('warning', '  ? ') : span('good', '  ✔ ')
  const told = [`${environment}: nothing known counts against ${release}`, ...more]
  return [line(sign, told.join('; '))]
}

const timesOf = (
  { since, due }: Pick<NonNullable<EnvironmentAnswer['findings']>, 'since' | 'due'>,
  now: Date,
): string[] => [
  ...(since === null ? [] : [`first known ${ago(since, now)}`]),
  ...(due === null
    ? []
    : [
        Date.parse(due) < now.getTime()
          ? `answer was due ${ago(due, now)}`
          : `answer due in ${left(due, now) ?? ''}`,
      ]),
]
