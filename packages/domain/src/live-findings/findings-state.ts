import { findingKey } from '../evidence/subject-evidence.ts'
import type { LedgerEvent } from '../ledger/event.ts'
import { applyChanges } from './decide-findings.ts'
import { flawKey } from './live-finding.ts'
import type { LiveFinding, MatchInputs } from './live-finding.ts'

/** What is known against one release that an environment keeps. */
export interface ReleaseFindings {
  environment: string
  release: string
  /** By what it was judged last; null before, and once it is no longer kept. */
  inputs: MatchInputs | null
  /** By `flawKey`. */
  findings: Record<string, LiveFinding>
  /** Why that may not be all. */
  unknowns: readonly string[]
  /** Place in the ledger of the event that told of each finding, by its key. */
  told: Record<string, number>
}

/** What an environment keeps, and what is known against it, in numbers. */
export interface EnvironmentFindings {
  environment: string
  live: string | null
  /** When it was looked at last because something had changed; RFC 3339. */
  at: string
  releases: readonly FindingsSummary[]
  /** Incidents that nothing ended yet, oldest first. */
  incidents: readonly OpenIncident[]
}

/** Something known to be exploited that is live. */
export interface OpenIncident {
  incident: string
  /** `findingKey` of what it is about. */
  key: string
  id: string
  package: string
  /** RFC 3339. */
  at: string
}

export interface FindingsSummary {
  release: string
  blocking: number
  waived: number
  /** Known, and neither of both. */
  other: number
  /** Reasons why that may not be all. */
  unknowns: number
  /** Since when the oldest that counts is known, and when the first answer is due; null where none is. */
  since: string | null
  due: string | null
}

export const releaseFindingsId = (environment: string, release: string): string => `${environment}/${release}`

const nothing = (environment: string, release: string): ReleaseFindings => ({
  ...{ environment, release, inputs: null, findings: {}, unknowns: [], told: {} },
})

/** Folds what changed, and by what it was judged. A release that is no longer kept holds nothing any more. */
export function foldReleaseFindings(
  before: ReleaseFindings | undefined,
  event: LedgerEvent,
): ReleaseFindings {
  const state = before ?? nothing(event.environment ?? '', event.release ?? '')
  if (event.type === 'findings.matched') return { ...state, ...event.data }
  if (event.type === 'findings.counted') return nothing(state.environment, state.release)
  if (event.type !== 'findings.changed') return state
  const { appeared, rescored } = event.data
  const findings = applyChanges(state.findings, event.data)
  const fresh = Object.fromEntries([...appeared, ...rescored].map((one) => [flawKey(one), event.seq]))
  const told = Object.entries({ ...state.told, ...fresh }).filter(([key]) => Object.hasOwn(findings, key))
  return { ...state, findings, told: Object.fromEntries(told) }
}

export function foldEnvironmentFindings(
  before: EnvironmentFindings | undefined,
  event: LedgerEvent,
): EnvironmentFindings {
  const { environment = '', at } = event
  const state = before ?? { environment, live: null, at, releases: [], incidents: [] }
  switch (event.type) {
    case 'findings.counted':
      return { ...state, live: event.data.live, at, releases: event.data.releases }
    case 'incident.detected': {
      const { incident, finding } = event.data
      const opened = { incident, key: findingKey(finding), id: finding.id, package: finding.package, at }
      return { ...state, incidents: [...state.incidents, opened] }
    }
    case 'incident.resolved':
      return {
        ...state,
        incidents: state.incidents.filter(({ incident }) => incident !== event.data.incident),
      }
    default:
      return state
  }
}
