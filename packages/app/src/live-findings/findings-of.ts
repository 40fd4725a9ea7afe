import { evidenceOf } from '@towpath/domain/environment/policy.ts'
import {
  advisoriesId,
  advisoriesView,
  environmentFindingsView,
  environmentView,
  releaseFindingsView,
} from '@towpath/domain/ledger/views.ts'
import { staleness } from '@towpath/domain/live-findings/data-age.ts'
import { liveReport } from '@towpath/domain/live-findings/live-report.ts'
import type { ReportedRelease } from '@towpath/domain/live-findings/live-report.ts'
import { releaseFindingsId } from '@towpath/domain/live-findings/findings-state.ts'
import type {
  FindingsSummary,
  OpenIncident,
  ReleaseFindings,
} from '@towpath/domain/live-findings/findings-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { environmentNotFound } from '../environment/environment-not-found.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'

/** What is known against everything that an environment keeps. */
export interface FindingsOfEnvironment {
  environment: string
  live: string | null
  /** When a look had something to record last; null where nobody looked yet. */
  at: string | null
  incidents: readonly OpenIncident[]
  releases: ReportedRelease[]
}

/** Throws ENVIRONMENT_NOT_FOUND. What went live a moment ago and was not looked at yet is told as unknown. */
export async function findingsOf(
  { store, now }: Installation,
  environment: string,
  { liveOnly }: { liveOnly: boolean },
): Promise<FindingsOfEnvironment> {
  const state = await stateOf(store, environmentView, environment)
  if (state === undefined) throw environmentNotFound(environment)
  const counted = await stateOf(store, environmentFindingsView, environment)
  const { at = null, incidents = [], releases: known = [] } = counted ?? {}
  const live = state.live?.release ?? null
  const names = new Set([...known.map(({ release }) => release), ...(live === null ? [] : [live])])
  const kept: ReleaseFindings[] = []
  for (const release of names) kept.push(await findingsOfRelease(store, environment, release))
  const stale = await staleData({ store, now }, state)
  const releases = liveReport(kept, { live, now: now(), stale })
  return {
    ...{ environment, live, at, incidents },
    releases: liveOnly ? releases.filter(({ isLive }) => isLive) : releases,
  }
}

async function findingsOfRelease(
  store: Installation['store'],
  environment: string,
  release: string,
): Promise<ReleaseFindings> {
  const known = await stateOf(store, releaseFindingsView, releaseFindingsId(environment, release))
  if (known !== undefined) return known
  const unknowns = [await whyNot(store)]
  return { environment, release, inputs: null, findings: {}, told: {}, unknowns }
}

const whyNot = async (store: Installation['store']): Promise<string> =>
  (await stateOf(store, advisoriesView, advisoriesId)) === undefined
    ? 'the server has no advisories: towpath advisories send'
    : 'it was not looked at yet'

/** What is known against what an environment runs, in numbers; null where nobody looked yet, or nothing is live. */
export async function findingsCount(
  installation: Pick<Installation, 'store' | 'now'>,
  state: EnvironmentState,
): Promise<FindingsSummary | null> {
  const counted = await stateOf(installation.store, environmentFindingsView, state.environment)
  const live = counted?.releases.find(({ release }) => release === state.live?.release)
  if (live === undefined) return null
  const stale = await staleData(installation, state)
  return stale === null ? live : { ...live, unknowns: live.unknowns + 1 }
}

async function staleData(
  { store, now }: Pick<Installation, 'store' | 'now'>,
  { policy }: EnvironmentState,
): Promise<string | null> {
  const stored = await stateOf(store, advisoriesView, advisoriesId)
  return stored === undefined ? null : staleness(stored, { now: now(), policy: evidenceOf(policy ?? {}) })
}
