import type { EnvironmentState, HistoryEntry } from './environment-state.ts'

/** Finished deployments whose release must stay within reach: the live one and the last `keep` others, newest first, each release once. */
export function keptDeployments(environment: EnvironmentState, keep: number): HistoryEntry[] {
  return distinctLive(environment).slice(0, keep + 1)
}

/** Finished deployments of releases that may be forgotten: older than what is kept, neither live nor warm. */
export function expiredDeployments(environment: EnvironmentState, keep: number): HistoryEntry[] {
  const held = new Set([environment.live?.release, environment.warm?.release])
  return distinctLive(environment)
    .slice(keep + 1)
    .filter((entry) => !held.has(entry.release))
}

function distinctLive({ history }: EnvironmentState): HistoryEntry[] {
  const seen = new Set<string>()
  return history.filter((entry) => {
    if (entry.outcome !== 'live' || seen.has(entry.release)) return false
    seen.add(entry.release)
    return true
  })
}
