import type { StoredAdvisories } from '../advisory/stored-advisories.ts'
import { duration } from '../config/duration-text.ts'
import type { EvidencePolicy } from '../evidence/evidence-policy.ts'

/** How far the clocks of two machines may be apart. */
const CLOCK_SKEW_MAX_MS = 3_600_000

/** Why advisories are too old for an environment to believe that nothing more is known; null where they are not. */
export function staleness(
  { newest }: Pick<StoredAdvisories, 'newest'>,
  { now, policy }: { now: string; policy: Pick<EvidencePolicy, 'dataAgeMaxMs'> },
): string | null {
  const bring = 'towpath advisories sync, then towpath advisories send'
  if (newest === null) return `the advisories hold no record: ${bring}`
  const ageMs = Date.parse(now) - Date.parse(newest)
  if (ageMs < -CLOCK_SKEW_MAX_MS)
    return `the newest advisory is of ${newest.slice(0, 16)}Z, which is yet to come, so nobody can say how old they are: look at the clock of the server, and bring others: towpath advisories send --replace`
  if (ageMs <= policy.dataAgeMaxMs) return null
  return `the newest advisory is of ${newest.slice(0, 16)}Z, and this environment asks for advisories of at most ${duration(policy.dataAgeMaxMs)}: ${bring}`
}
