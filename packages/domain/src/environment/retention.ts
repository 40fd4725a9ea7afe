import type { EnvironmentState, HistoryEntry } from './environment-state.ts'

/** Finished deployments whose release must stay within reach: the live one and the last `keep` others, newest first, each release once. */
export function keptDeployments(environment: EnvironmentState, keep: number): HistoryEntry[] {
  return distinctLive(environment).slice(0, keep + 1)
}

/**
 * Finished deployments of releases that may be forgotten, each release once: those that were live before what is kept,
 * and those that never were and did not try within the last `keep` deployments. Neither live nor warm.
 */
export function expiredDeployments(environment: EnvironmentState, keep: number): HistoryEntry[] {
  const held = new Set([environment.live?.release, environment.warm?.release])
  return [...distinctLive(environment).slice(keep + 1), ...neverLive(environment, keep)].filter(
    (entry) => !held.has(entry.release),
  )
}

/** The newest try of each release that never went live, where that is older than the last `keep` deployments. */
function neverLive({ history }: EnvironmentState, keep: number): HistoryEntry[] {
  const seen = new Set(history.filter(({ outcome }) => outcome === 'live').map(({ release }) => release))
  return history.filter(({ release }, index) => {
    if (seen.has(release)) return false
    seen.add(release)
    return index >= keep
  })
}

function distinctLive({ history }: EnvironmentState): HistoryEntry[] {
  const seen = new Set<string>()
  return history.filter((entry) => {
    if (entry.outcome !== 'live' || seen.has(entry.release)) return false
    seen.add(entry.release)
    return true
  })
}
