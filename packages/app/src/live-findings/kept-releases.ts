import { historyMax } from '@towpath/domain/environment/environment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { effectivePolicy, evidenceOf } from '@towpath/domain/environment/policy.ts'
import { keptDeployments } from '@towpath/domain/environment/retention.ts'
import type { EvidencePolicy } from '@towpath/domain/evidence/evidence-policy.ts'
import { deploymentView, releaseView } from '@towpath/domain/ledger/views.ts'
import type { Release } from '@towpath/domain/release/release.ts'
import type { Installation } from '../installation.ts'
import { pinnedInputs } from '../runner/performing-for.ts'
import { stateOf } from '../state-of.ts'

/** Releases that an environment runs or can go back to, and what it asks of evidence. */
export interface KeptReleases {
  live: string | null
  /** Newest first. */
  releases: readonly Release[]
  policy: EvidencePolicy
}

/** What is live, warm, or within reach of a rollback; nothing where nothing is live. */
export async function keptReleases(
  installation: Installation,
  state: EnvironmentState,
): Promise<KeptReleases> {
  const { store } = installation
  const { live, warm } = state
  const deployment = live === null ? undefined : await stateOf(store, deploymentView, live.deployment)
  if (live === null || deployment === undefined)
    return { live: null, releases: [], policy: evidenceOf(state.policy ?? {}) }
  const keep = deployment.plan.keep
  const kept = keptDeployments(state, Math.min(keep, historyMax)).map(({ release }) => release)
  const names = new Set([live.release, ...(warm === null ? [] : [warm.release]), ...kept])
  const releases: Release[] = []
  for (const name of names) {
    const release = await stateOf(store, releaseView, name)
    if (release !== undefined) releases.push(release)
  }
  const { config } = await pinnedInputs(installation, deployment.pins)
  const { policy } = effectivePolicy(state.policy, config.policy)
  return { live: live.release, releases, policy: evidenceOf(policy) }
}
