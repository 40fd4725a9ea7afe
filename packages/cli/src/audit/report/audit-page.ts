import type { AuditResult } from '@towpath/domain/advisory/audit.ts'
import { countsUnder } from '@towpath/domain/advisory/audit-verdict.ts'
import type { BaselinePlan } from '@towpath/domain/advisory/baseline.ts'
import type { Finding } from '@towpath/domain/advisory/finding.ts'
import { versionOrderOf } from '@towpath/domain/advisory/version-order-of.ts'
import type { FindingWaiverRule } from '@towpath/domain/advisory/waiver.ts'
import { blank, line, span } from '../../screen/line.ts'
import type { Line, Span, Style } from '../../screen/line.ts'
import { tableLines } from '../../screen/table.ts'
import { baselineLines } from './baseline-lines.ts'

/** Unknowns and bumps that are shown one by one. */
const SHOWN_MAX = 30

/** What an audit found, for people: worst first, then what to do, then what could not be judged. */
export function auditPage({
  result,
  from,
  of,
  redrawn,
}: {
  result: AuditResult
  from: string
  of: string | null
  redrawn: BaselinePlan | null
}): Line[] {
  const { findings, unknowns } = result
  return [
    ...findingLines(result, of === null ? 'by way of' : 'where'),
    ...bumpLines(findings),
    ...section(
      'Unknown',
      unknowns.map(({ message, hint }) => line(span('warning', '? '), message, span('quiet', `  ${hint}`))),
    ),
    ...waiverLines(result),
    ...section('Baseline', baselineLines({ result, of, redrawn })),
    ...verdictLines({ result, from, of }),
  ]
}

function findingLines(result: AuditResult, place: string): Line[] {
  if (result.findings.length === 0) return []
  const rows = result.findings.toSorted(worstFirst).map((finding) => rowOf(finding, result))
  return [
    ...tableLines(
      { head: ['package', 'version', 'what', 'severity', 'fixed', 'advisory', place], rows },
      null,
    ),
    blank,
  ]
}

const kindRank = [
  'malicious',
  'vulnerability',
  'wrong-architecture',
  'unsound',
  'unmaintained',
  'yanked',
  'notice',
]
const severityRank = ['critical', 'high', 'unscored', 'medium', 'low', 'none']

const worstFirst = (a: Finding, b: Finding): number =>
  kindRank.indexOf(a.kind) - kindRank.indexOf(b.kind) ||
  severityRank.indexOf(a.severity) - severityRank.indexOf(b.severity) ||
  (b.score ?? 0) - (a.score ?? 0)

function rowOf(finding: Finding, { rule, shippedOnly }: AuditResult): Span[] {
  const { kind, severity, score, isExploited, waiver, seenBy } = finding
  const notes = [
    ...(isExploited === true ? ['exploited'] : []),
    ...presenceNotes(finding),
    ...(waiver === null ? [] : [`${waiver.by ?? 'waived'} until ${waiver.expires}`]),
    ...(seenBy === undefined ? [] : [`seen by ${seenBy.join(' and ')}`]),
  ]
  const glyph = countsUnder(rule, finding, shippedOnly) ? '✖' : '▲'
  return [
    span('strong', finding.package),
    span(null, finding.version),
    span(styleOf(finding), [`${glyph} ${kind}`, ...notes].join(', ')),
    span(styleOf(finding), score === null ? severity : `${severity} ${score.toFixed(1)}`),
    span(null, finding.fixed ?? '-'),
    span(null, finding.id),
    span('quiet', wayTo(finding)),
  ]
}

/** Said where it is known; that an image has it is said by its place there. */
function presenceNotes({ presence, path }: Finding): string[] {
  if (presence === 'unknown' || path.length === 0) return []
  return [presence.replace('-', ' ')]
}

function styleOf({ waiver, kind, severity }: Finding): Style {
  if (waiver !== null) return 'quiet'
  const isBad =
    kind === 'malicious' ||
    kind === 'wrong-architecture' ||
    (kind === 'vulnerability' && ['critical', 'high', 'unscored'].includes(severity))
  return isBad ? 'bad' : 'warning'
}

/** The packages between the project and the one concerned; `-` where it asks for it itself; in an image, the file. */
const wayTo = ({ path, file }: Finding): string =>
  path.length === 0 ? file : path.slice(1, -1).join(' > ') || '-'

/** One command per package and version, to the newest of the versions that its findings ask for; and who is in the way. */
function bumpLines(findings: readonly Finding[]): Line[] {
  // What passes by the baseline is meant to be mended before its day.
  const open = findings.filter(
    ({ bump, waiver }) => bump !== null && (waiver === null || waiver.by === 'baseline'),
  )
  const byPackage = Map.groupBy(open, ({ file, package: name, version }) => [file, name, version].join('\n'))
  const lines = [...byPackage.values()].flatMap((own) => {
    const done = own.filter(({ bump }) => bump?.command != null).toSorted(newestFixFirst)[0]?.bump?.command
    const waiting = own.filter(({ bump }) => bump?.command == null).toSorted(newestFixFirst)[0]
    return [...(done == null ? [] : [done]), ...(waiting === undefined ? [] : [waitingText(waiting)])]
  })
  return section(
    'To mend',
    [...new Set(lines)].map((text) => line(text)),
  )
}

const newestFixFirst = (a: Finding, b: Finding): number =>
  versionOrderOf(a.ecosystem)?.(b.fixed ?? '', a.fixed ?? '') ?? 0

const waitingText = ({ package: name, version, fixed, bump }: Finding): string => {
  const blockers =
    bump?.blockedBy.map((parent) => `${parent.name} ${parent.version}`.trim()).slice(0, 5) ?? []
  return `${name} ${version} -> ${fixed} waits for ${blockers.join(', ')}`
}

function section(title: string, lines: readonly Line[]): Line[] {
  if (lines.length === 0) return []
  const left = lines.length - SHOWN_MAX
  const rest = left > 0 ? [line(span('quiet', `  and ${left} more, see --json`))] : []
  return [
    line(span('strong', title)),
    ...lines.slice(0, SHOWN_MAX).map((own): Line => [span(null, '  '), ...own]),
    ...rest,
    blank,
  ]
}

const isWaiver = ({ by }: FindingWaiverRule): boolean => by === undefined

const waiverLines = ({ expired, undecided, unused }: AuditResult): Line[] =>
  section('Waivers', [
    ...expired
      .filter(isWaiver)
      .map(({ advisory, owner, expires }) =>
        line(
          span('bad', '✖ '),
          `${advisory} is waived no more since ${expires}; it counts again`,
          span('quiet', `  owner: ${owner}`),
        ),
      ),
    ...undecided.map(({ advisory, owner, line: row }) =>
      line(
        span('warning', '▲ '),
        `${advisory} (line ${row}) is under investigation, so it counts until somebody decides`,
        span('quiet', `  owner: ${owner}`),
      ),
    ),
    ...unused
      .filter(isWaiver)
      .map(({ advisory, owner, line: row }) =>
        line(
          span('warning', '▲ '),
          `${advisory} (line ${row}) lets nothing pass that is found here`,
          span('quiet', `  owner: ${owner}`),
        ),
      ),
  ])

function verdictLines({ result, from, of }: Omit<Parameters<typeof auditPage>[0], 'redrawn'>): Line[] {
  const { lockfiles, advisories, verdict } = result
  const components = lockfiles.reduce((sum, { components: own }) => sum + own, 0)
  const notCompared = lockfiles.reduce((sum, { notCompared: own }) => sum + own, 0)
  const asOf = advisories.newest === null ? '' : `, as of ${advisories.newest.slice(0, 10)}`
  const files = lockfiles.length === 1 ? '1 lockfile' : `${lockfiles.length} lockfiles`
  const apart = notCompared === 0 ? '' : `; ${notCompared} from paths or repositories have no advisories`
  const about = `${components} packages of ${of ?? files} against ${advisories.count} advisories${asOf}`
  return [
    ...(verdict === 'clean'
      ? [line(span('good', '✔ nothing known against it'))]
      : [line(span('strong', countText(result)))]),
    line(span('quiet', `  ${about} (${from})${apart}`)),
    ...engineLines(result),
  ]
}

/** Which programs were asked beside, by their bytes, and what each saw that nobody else did. */
const engineLines = ({ engines = [], findings }: AuditResult): Line[] =>
  engines.map(({ engine, sha256, findings: told }) => {
    const alone = findings.filter(({ seenBy }) => seenBy?.length === 1 && seenBy[0] === engine).length
    const says = told === null ? 'did not judge it' : `told of ${told}, ${alone} of them alone`
    return line(span('quiet', `  ${engine} (sha256:${sha256.slice(0, 12)}) ${says}`))
  })

const isOpen = ({ waiver }: Finding): boolean => waiver === null

/** `13 vulnerabilities, 9 warnings`: what cargo-audit's closing lines say, in one. */
export function countText({ findings, unknowns }: AuditResult): string {
  const [open, excused] = [findings.filter(isOpen), findings.filter((finding) => !isOpen(finding))]
  const counts: [number, string, string][] = [
    [open.filter(({ kind }) => kind === 'malicious').length, 'malicious package', 'malicious packages'],
    [open.filter(({ kind }) => kind === 'vulnerability').length, 'vulnerability', 'vulnerabilities'],
    [
      open.filter(({ kind }) => kind === 'wrong-architecture').length,
      'program for another architecture',
      'programs for another architecture',
    ],
    [
      open.filter(({ kind }) => !['vulnerability', 'malicious', 'wrong-architecture'].includes(kind)).length,
      'warning',
      'warnings',
    ],
    [excused.filter(({ waiver }) => waiver?.by === undefined).length, 'waived', 'waived'],
    [excused.filter(({ waiver }) => waiver?.by === 'baseline').length, 'in the baseline', 'in the baseline'],
    [unknowns.length, 'unknown', 'unknown'],
  ]
  const told = counts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
  return told.join(', ') || 'nothing found'
}
