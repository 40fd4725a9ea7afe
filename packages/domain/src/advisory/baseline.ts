import { packageKey } from '../inventory/package-key.ts'
import { compareText } from '../version/order.ts'
import type { AuditResult } from './audit.ts'
import type { Finding } from './finding.ts'
import { concerns } from './waiver.ts'
import type { FindingWaiverRule } from './waiver.ts'

/** One finding that was there when somebody drew the line, and the day until which it passes for that reason. */
export interface BaselineEntry {
  advisory: string
  package: string
  /** Lockfile; in an image, where in it. */
  file: string
  /** Image it is about, without tag and digest; null where it is about a lockfile. */
  image: string | null
  /** `YYYY-MM-DD`, the day on which it was taken in. */
  since: string
  /** `YYYY-MM-DD`, the last day (UTC) on which it passes. */
  expires: string
  owner: string
  /** Line in its file; 0 where it is not written yet. */
  line: number
}

/** Longest time that an entry may hold, in days from the day on which it was taken in. */
export const BASELINE_DAYS_MAX = 90

/**
 * Days until a finding of the baseline counts again: the worse, the sooner, so that the baseline shrinks by itself. What
 * nobody scored is as bad as high; what is no vulnerability has all the time there is.
 */
export function baselineDaysFor({ kind, severity }: Pick<Finding, 'kind' | 'severity'>): number {
  if (kind !== 'vulnerability') return BASELINE_DAYS_MAX
  if (severity === 'critical') return 14
  return severity === 'high' || severity === 'unscored' ? 30 : BASELINE_DAYS_MAX
}

/** The entry as one more rule that lets a finding pass. */
export const baselineRule = (entry: BaselineEntry): FindingWaiverRule => ({
  advisory: entry.advisory,
  package: entry.package,
  file: entry.file,
  owner: entry.owner,
  reason: `known since ${entry.since}`,
  expires: entry.expires,
  status: 'affected',
  line: entry.line,
  by: 'baseline',
})

export interface BaselineRequest {
  entries: readonly BaselineEntry[]
  /** Entries of them that this look is about; the others stay as they are. */
  isJudged: (entry: BaselineEntry) => boolean
  /** What was found, with waivers and these entries applied. */
  result: Pick<AuditResult, 'findings' | 'unknowns'>
  image: string | null
  owner: string
  now: Date
  /** Whether findings that are new since the line was drawn are taken in. */
  takesNew: boolean
}

export interface BaselinePlan {
  /** What the file holds afterwards. */
  entries: readonly BaselineEntry[]
  added: readonly BaselineEntry[]
  /** Entries whose finding is there no more; they are taken out. */
  gone: readonly BaselineEntry[]
  /** Findings that are new and were not taken in; they count. */
  left: number
}

/**
 * What the next baseline is. An entry that is there keeps its days, also where they are over: nothing prolongs it. One
 * whose finding is gone leaves, unless something could not be judged, for then nobody knows that it is gone.
 */
export function planBaseline(request: BaselineRequest): BaselinePlan {
  const { entries, result, image, owner, now } = request
  const { findings, unknowns } = result
  const gone =
    unknowns.length > 0
      ? []
      : entries.filter((entry) => request.isJudged(entry) && !findings.some((one) => concerns(entry, one)))
  const judged = entries.filter(request.isJudged)
  const fresh = findings.filter(
    (finding) =>
      finding.waiver === null &&
      finding.kind !== 'malicious' &&
      finding.isExploited !== true &&
      !judged.some((entry) => concerns(entry, finding)),
  )
  const byPlace = new Map(
    fresh.map((finding): [string, BaselineEntry] => {
      const { id, package: name, file, ecosystem } = finding
      const end = new Date(now.getTime() + baselineDaysFor(finding) * 86_400_000)
      return [
        [id, packageKey(ecosystem, name), file].join('\n'),
        { advisory: id, package: name, file, image, since: dayOf(now), expires: dayOf(end), owner, line: 0 },
      ]
    }),
  )
  const added = request.takesNew ? [...byPlace.values()] : []
  const kept = entries.filter((entry) => !gone.includes(entry))
  return {
    entries: [...kept, ...added].toSorted(byEntry),
    added,
    gone,
    left: request.takesNew ? 0 : byPlace.size,
  }
}

const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10)

const byEntry = (a: BaselineEntry, b: BaselineEntry): number =>
  compareText(a.image ?? '', b.image ?? '') ||
  compareText(a.file, b.file) ||
  compareText(a.package, b.package) ||
  compareText(a.advisory, b.advisory)

/** How many findings pass by the baseline, and until which day; the next day first. */
export const baselineSchedule = (
  findings: readonly Pick<Finding, 'waiver'>[],
): { expires: string; count: number }[] =>
  [
    ...Map.groupBy(
      findings.flatMap(({ waiver }) => (waiver?.by === 'baseline' ? [waiver.expires] : [])),
      (expires) => expires,
    ),
  ]
    .map(([expires, own]) => ({ expires, count: own.length }))
    .toSorted((a, b) => compareText(a.expires, b.expires))
