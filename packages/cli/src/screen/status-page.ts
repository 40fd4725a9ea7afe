import { judgeCertificate } from '@towpath/domain/certificate/judge-certificate.ts'
import { chooseRollbackTarget } from '@towpath/domain/deployment/rollback.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import type { Placement } from '@towpath/domain/environment/environment-state.ts'
import type { DeploymentSummary, EnvironmentAnswer } from '../connection/shapes.ts'
import { findingsLine } from './findings-page.ts'
import { blank, line, span } from './line.ts'
import type { Line, Span } from './line.ts'
import { blockLines, tableLines } from './table.ts'
import type { Table } from './table.ts'
import { ago, left } from './time.ts'
import { outcomeSigns, signSpan } from './words.ts'

/** Narrower than this a table says less than one block per environment. */
const tableColumnsMin = 72

/** An environment and the deployments that move or wait there. */
export interface EnvironmentStatus {
  environment: EnvironmentAnswer
  moving: DeploymentSummary | null
  waiting: readonly DeploymentSummary[]
}

/** All environments at a glance. */
export function statusPage(
  statuses: readonly EnvironmentStatus[],
  { now, columns }: { now: Date; columns: number | null },
): Line[] {
  if (statuses.length === 0)
    return [line('Nothing was ever deployed. Start with: towpath release create VERSION')]
  const table = statusTable(statuses, now)
  return [
    ...refusalLines(statuses[0]?.environment.refused ?? null, now),
    ...(columns !== null && columns < tableColumnsMin ? blockLines(table) : tableLines(table, columns)),
    ...statuses.flatMap(({ environment }) => findingsLine(environment, now)),
  ]
}

/** The same for every environment: an old copy of the ledger is old for all of them. */
const refusalLines = (refused: EnvironmentAnswer['refused'], now: Date): Line[] =>
  refused === null
    ? []
    : [
        line(
          span('bad', '✖ nothing is done'),
          `  since ${ago(refused.at, now)}: ${refused.host} knows more than this ledger, which looks like an old copy`,
        ),
        line('  stop this controller and start the one with the newer ledger; where that is gone for good:'),
        line('  towpath ledger take-over --reason TEXT'),
        blank,
      ]

/** One environment with what was deployed there last, newest first. */
export function environmentPage(
  status: EnvironmentStatus,
  options: { now: Date; columns: number | null },
): Line[] {
  const { history, approvals, waivers, drift, watch } = status.environment
  const shown = history.slice(0, 10)
  const rows = shown.map(({ at, outcome, kind, release, deployment }): Span[] => [
    span(null, ago(at, options.now)),
    signSpan(outcomeSigns[outcome]),
    span('strong', release),
    span(null, kind),
    span('quiet', deployment),
  ])
  return [
    ...statusPage([status], options),
    ...hostLines(status.environment, options.columns),
    ...certificateLines(status.environment, options.now),
    ...approvals.map(({ release, by }) =>
      line(span('quiet', '  approved '), `${release} by ${by.join(', ')}`),
    ),
    ...waivers
      .filter(({ expiresAt }) => left(expiresAt, options.now) !== null)
      .map(({ gate, owner, reason, expiresAt }) =>
        line(
          span('warning', '  ▲ waived '),
          `${gate} by ${owner} for ${left(expiresAt, options.now) ?? ''}: ${reason}`,
        ),
      ),
    ...(watch === null
      ? []
      : [
          line(
            span('running', '  ● watched'),
            ` since ${watch.at}, ${watch.observed} deployments of your own: towpath watch report -e ${status.environment.environment}`,
          ),
        ]),
    ...(drift?.found ?? []).map((found) => line(span('warning', '  ▲ drift  '), found)),
    ...(rows.length === 0
      ? []
      : [
          blank,
          ...tableLines({ head: ['when', 'ended', 'release', 'kind', 'deployment'], rows }, options.columns),
        ]),
  ]
}

/** What its domain was last served with, as it stands now: nobody has to look at it again for it to run out. */
function certificateLines({ certificate }: EnvironmentAnswer, now: Date): Line[] {
  if (certificate === null) return []
  const { name } = certificate
  const { status, says, fix } = judgeCertificate(certificate, { name, now: now.toISOString() })
  const sign = { pass: ['good', '✔'], warn: ['warning', '▲'], fail: ['bad', '✖'] } as const
  const [tone, glyph] = sign[status]
  return [
    line(span(tone, `  ${glyph} TLS    `), ` the certificate of ${name} ${says}`),
    ...(fix === null ? [] : [line(span('quiet', `            ${fix}`))]),
  ]
}

/** Each host of several with what it keeps, and what is said where it does not stand with the others. */
function hostLines({ hosts, live }: EnvironmentAnswer, columns: number | null): Line[] {
  if (hosts.length === 0) return []
  const rows = hosts.map(({ host, live: release, active, stands, docker }): Span[] => {
    const { tone, sign, note } = hostWords[stands]
    return [
      span('strong', host),
      span(tone, `${sign} ${release ?? 'nothing'}`),
      span(active === null ? 'quiet' : 'running', active ?? '-'),
      span('quiet', docker),
      span(tone, note(live?.release ?? 'nothing')),
    ]
  })
  return [
    blank,
    ...tableLines({ head: ['host', 'live', 'in motion', 'engine', ''], rows }, columns),
    ...hosts.flatMap(({ host, takeAway }) =>
      takeAway === null ? [] : [line(span('quiet', `  to take it away, on ${host}: `), takeAway)],
    ),
  ]
}

const hostWords = {
  'as-one': { tone: 'good', sign: '✔', note: () => '' },
  differs: { tone: 'warning', sign: '▲', note: (release: string) => `differs: the whole has ${release}` },
  left: { tone: 'quiet', sign: '○', note: () => 'left: what runs there is nobody’s' },
} as const

/** A column more only where some certificate wants to be seen to. */
function statusTable(statuses: readonly EnvironmentStatus[], now: Date): Table {
  const certificates = statuses.map(({ environment }) => certificateCell(environment, now))
  const isShown = certificates.some(({ style }) => style === 'warning' || style === 'bad')
  const { head, rows } = motionTable(statuses, now)
  if (!isShown) return { head, rows }
  return {
    head: [...head, 'certificate'],
    rows: rows.map((row, index) => [...row, certificates[index] ?? span('quiet', '-')]),
  }
}

function certificateCell({ certificate }: EnvironmentAnswer, now: Date): Span {
  if (certificate === null) return span('quiet', '-')
  const { status } = judgeCertificate(certificate, { name: certificate.name, now: now.toISOString() })
  const day = certificate.notAfter.slice(0, 10)
  if (status === 'pass') return span('good', `✔ ${day}`)
  return status === 'warn' ? span('warning', `▲ ${day}`) : span('bad', `✖ ${day}`)
}

const motionTable = (statuses: readonly EnvironmentStatus[], now: Date) => ({
  head: ['environment', 'live', 'since', 'going back', 'in motion', 'drift'],
  rows: statuses.map((status) => [
    span('strong', status.environment.environment),
    liveCell(status.environment),
    span(null, sinceCell(status.environment, now)),
    wayBackCell(status.environment, now),
    motionCell(status),
    driftCell(status.environment, now),
  ]),
})

function liveCell({ live, hosts, watch }: EnvironmentAnswer): Span {
  if (live === null) return watch === null ? span('quiet', '○ nothing') : span('running', '● watched')
  const present = hosts.filter(({ stands }) => stands !== 'left')
  const odd = present.filter(({ stands }) => stands === 'differs')
  if (odd.length > 0)
    return span('warning', `▲ ${live.release}, not on ${odd.map(({ host }) => host).join(', ')}`)
  return span('good', `✔ ${live.release}${present.length > 0 ? ` on ${present.length} hosts` : ''}`)
}

function sinceCell({ live, history }: EnvironmentAnswer, now: Date): string {
  const entry = history.find(({ deployment }) => deployment === live?.deployment)
  return entry === undefined ? '-' : ago(entry.at, now)
}

function wayBackCell(environment: EnvironmentAnswer, now: Date): Span {
  const { release, warmFor, ready, why } = wayBack(environment, now)
  if (release === null) return span('quiet', '○ nowhere')
  if (warmFor !== null) return span('good', `✔ ${release}, warm ${warmFor}`)
  if (ready === false) return span('bad', `✖ ${release}: ${why}`)
  return ready === true ? span('good', `✔ ${release}, cold`) : span('warning', `? ${release}, not checked`)
}

/** Where `rollback` would go, and whether it can be had right now. */
export function wayBack(
  environment: EnvironmentAnswer,
  now: Date,
): { release: string | null; warmFor: string | null; ready: boolean | null; why: string } {
  const { history, live, warm } = environment
  const state = {
    ...emptyEnvironment(environment.environment),
    history,
    live: live === null ? null : placeOf(live),
    warm: warm === null ? null : { ...placeOf(warm), until: warm.until, leaving: null },
  }
  const target = chooseRollbackTarget(state, null)?.release ?? null
  const readiness = environment.readiness.find(({ release }) => release === target)
  return {
    release: target,
    warmFor: warm !== null && warm.release === target ? left(warm.until, now) : null,
    ready: readiness?.ready ?? null,
    why: readiness?.why ?? '',
  }
}

const placeOf = ({ release, deployment }: { release: string; deployment: string }): Placement => ({
  release,
  deployment,
  services: {},
})

function motionCell({ moving, waiting }: EnvironmentStatus): Span {
  const queue = waiting.length === 0 ? '' : `, ${waiting.length} waiting`
  if (moving !== null) {
    const back = moving.state === 'going-back'
    return span(
      back ? 'warning' : 'running',
      `${back ? '↺ leaving' : '● ' + moving.kind} ${moving.release}${queue}`,
    )
  }
  const [first] = waiting
  return first === undefined ? span('quiet', '-') : span('warning', `○ ${first.release} waits`)
}

const driftCell = ({ drift }: EnvironmentAnswer, now: Date): Span =>
  drift === null
    ? span('quiet', 'none')
    : span('warning', `▲ ${drift.found.length} since ${ago(drift.at, now)}`)
