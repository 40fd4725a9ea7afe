import { findingKey } from '../evidence/subject-evidence.ts'
import type { ReleaseFindings } from './findings-state.ts'
import { dueOf } from './response-clock.ts'
import type { LiveFinding } from './live-finding.ts'

/** A finding as it is shown: once for all places of one release that have it. */
export interface ReportedFinding extends Omit<LiveFinding, 'file' | 'services' | 'where' | 'clockFrom'> {
  services: readonly string[]
  places: readonly string[]
  due: string | null
  isOverdue: boolean
  /** The newest kept release of the environment that is known not to have it; null where none is. */
  fixedBy: string | null
  /** Place in the ledger of the event that told of it last. */
  seq: number
}

export interface ReportedRelease {
  release: string
  isLive: boolean
  /** `unknown`: nothing counts, and something could not be judged. That is never clean. */
  verdict: 'counts' | 'unknown' | 'clean'
  findings: readonly ReportedFinding[]
  unknowns: readonly string[]
}

/** Places of one finding that are told. */
const PLACES_MAX = 5

/**
 * What is known against each release that an environment keeps, what is live first.
 *
 * @param kept newest first.
 * @param stale why the advisories are too old to believe that nothing more is known; null where they are not.
 */
export function liveReport(
  kept: readonly ReleaseFindings[],
  { live, now, stale }: { live: string | null; now: string; stale: string | null },
): ReportedRelease[] {
  return kept
    .map((state): ReportedRelease => {
      const grouped = Map.groupBy(
        Object.entries(state.findings),
        ([, { id, package: name, version, ecosystem, weight }]) =>
          [id, ecosystem, name, version, weight].join('\n'),
      )
      const findings = [...grouped.values()]
        .flatMap((group) => reported(group, { state, kept, now }))
        .toSorted(byWeight)
      const unknowns = [...state.unknowns, ...(stale === null ? [] : [stale])]
      const counts = findings.some(({ weight }) => weight === 'blocks')
      return {
        release: state.release,
        isLive: state.release === live,
        verdict: counts ? 'counts' : unknowns.length > 0 || state.inputs === null ? 'unknown' : 'clean',
        findings,
        unknowns,
      }
    })
    .toSorted((a, b) => Number(b.isLive) - Number(a.isLive))
}

function reported(
  group: readonly [string, LiveFinding][],
  { state, kept, now }: { state: ReleaseFindings; kept: readonly ReleaseFindings[]; now: string },
): ReportedFinding[] {
  const all = group.map(([, finding]) => finding)
  const [first] = all
  if (first === undefined) return []
  const { file: _file, services: _services, where: _where, clockFrom: _clock, ...told } = first
  const due = all.flatMap((finding) => dueOf(finding) ?? []).toSorted()[0] ?? null
  return [
    {
      ...told,
      services: [...new Set(all.flatMap(({ services }) => services))],
      places: [...new Set(all.map(({ file }) => file))].slice(0, PLACES_MAX),
      due,
      isOverdue: due !== null && due < now,
      fixedBy: kept.find((other) => isFree(other, first))?.release ?? null,
      seq: Math.max(...group.map(([key]) => state.told[key] ?? 0)),
    },
  ]
}

/** Only what could be judged whole is known not to have a flaw. */
const isFree = ({ inputs, unknowns, findings }: ReleaseFindings, flaw: LiveFinding): boolean =>
  inputs !== null &&
  unknowns.length === 0 &&
  !Object.values(findings).some((own) => findingKey(own) === findingKey(flaw))

const weights: readonly LiveFinding['weight'][] = [
  'blocks',
  'in-grace',
  'no-fix',
  'below',
  'no-vulnerability',
]

const byWeight = (a: ReportedFinding, b: ReportedFinding): number =>
  rankOf(a) - rankOf(b) || (a.due ?? '~').localeCompare(b.due ?? '~') || (a.id < b.id ? -1 : 1)

/** What passes by a waiver or does not ship comes last. */
const rankOf = ({ weight }: ReportedFinding): number => {
  const at = weights.indexOf(weight)
  return at < 0 ? weights.length : at
}
