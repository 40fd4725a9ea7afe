import type { StoredAdvisories } from '@towpath/domain/advisory/stored-advisories.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { findingKey } from '@towpath/domain/evidence/subject-evidence.ts'
import { environmentFindingsView, releaseFindingsView } from '@towpath/domain/ledger/views.ts'
import { releaseFindingsId } from '@towpath/domain/live-findings/findings-state.ts'
import type { ReleaseFindings } from '@towpath/domain/live-findings/findings-state.ts'
import type { LiveFinding, MatchInputs } from '@towpath/domain/live-findings/live-finding.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'
import { keptReleases } from './kept-releases.ts'
import type { KeptReleases } from './kept-releases.ts'
import { ecosystemsIn, lookAtRelease } from './look-at-release.ts'
import type { LookedAt } from './look-at-release.ts'
import { openData } from './open-data.ts'
import { recordMatch } from './record-match.ts'
import type { Match } from './record-match.ts'
import { releaseInventory } from './release-inventory.ts'
import { vexOfRelease } from './release-vex.ts'

/**
 * Judges again whatever an environment keeps that has to be, and records what became otherwise. Where everything that
 * decides is as it was, nothing is recorded; so doing it again, also after a crash at any point, adds nothing.
 */
export async function matchEnvironment(
  installation: Installation,
  state: EnvironmentState,
  stored: StoredAdvisories,
): Promise<void> {
  const { environment } = state
  const counted = await installation.store.view(environmentFindingsView, environment)
  const { live = null, releases = [], incidents = [] } = counted?.state ?? {}
  const former = { live, names: namesIn(releases) }
  const kept = await keptReleases(installation, state)
  if (kept.releases.length === 0 && former.names.length === 0) return
  const before = await statesOf(installation, environment, [
    ...new Set([...former.names, ...kept.releases.map(({ version }) => version)]),
  ])
  const looked = await lookAtAll(installation, { state, stored, kept, before })
  const match: Match = {
    ...{ environment, live: kept.live, looked, seq: counted?.seq ?? 0 },
    dropped: former.names.filter((name) => !namesIn(looked).includes(name)),
    incidents,
    liveFindings: findingsIn(former.live === null ? undefined : before.get(former.live)),
  }
  if (!isAsBefore(match, former)) await recordMatch(installation, match)
}

const namesIn = (releases: readonly { release: string }[]): string[] =>
  releases.map(({ release }) => release).toSorted()

const findingsIn = (state: ReleaseFindings | undefined): LiveFinding[] => Object.values(state?.findings ?? {})

const isAsBefore = (
  { live, looked }: Match,
  former: { live: string | null; names: readonly string[] },
): boolean =>
  looked.every(({ judged }) => judged === null) &&
  former.live === live &&
  former.names.join('\n') === namesIn(looked).join('\n')

async function statesOf(
  { store }: Installation,
  environment: string,
  releases: readonly string[],
): Promise<Map<string, ReleaseFindings>> {
  const states = new Map<string, ReleaseFindings>()
  for (const release of releases) {
    const found = await stateOf(store, releaseFindingsView, releaseFindingsId(environment, release))
    if (found !== undefined) states.set(release, found)
  }
  return states
}

async function lookAtAll(
  installation: Installation,
  given: {
    state: EnvironmentState
    stored: StoredAdvisories
    kept: KeptReleases
    before: ReadonlyMap<string, ReleaseFindings>
  },
): Promise<LookedAt[]> {
  const { state, stored, kept, before } = given
  const now = installation.now()
  const gathered = []
  for (const release of kept.releases)
    gathered.push({ release, ...(await releaseInventory(installation, release)) })
  const data = await openData(installation, { stored, ecosystems: ecosystemsIn(gathered) })
  const knownSince = sinceIn([...before.values()])
  const looked: LookedAt[] = []
  for (const one of gathered)
    looked.push(
      await lookAtRelease(installation, one, {
        ...{ stored, data, policy: kept.policy, knownSince, now },
        waivers: gateWaiversIn(state, one.release.version, now),
        vex: await vexOfRelease(installation, { state, release: one.release, now }),
        before: before.get(one.release.version),
      }),
    )
  return looked
}

function sinceIn(states: readonly ReleaseFindings[]): Record<string, string> {
  const since: Record<string, string> = {}
  for (const finding of states.flatMap(findingsIn)) {
    const key = findingKey(finding)
    const known = since[key]
    if (known === undefined || finding.since < known) since[key] = finding.since
  }
  return since
}

const gateWaiversIn = (
  { waivers }: EnvironmentState,
  release: string,
  now: string,
): MatchInputs['gateWaivers'] =>
  waivers.filter(
    ({ gate, release: only, expiresAt }) =>
      (gate === 'audit' || gate === 'image-scan') &&
      (only === null || only === release) &&
      Date.parse(expiresAt) > Date.parse(now),
  )
