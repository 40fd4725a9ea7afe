import type { Check } from './finding.ts'

/** A clock may be off by so much before certificates, tokens and leases mind. */
const TOLERATED_MS = 60_000

/** A commit from the future means that this machine's clock is behind, or was wrong when the commit was made. Null where there is no commit. */
export function clockCheck(lastCommit: Date | null, now: Date): Check | null {
  if (lastCommit === null) return null
  const aheadMs = lastCommit.getTime() - now.getTime()
  const place = { id: 'clock', file: null, line: null, patch: null }
  if (aheadMs <= TOLERATED_MS)
    return { ...place, status: 'pass', message: 'this clock is not behind the last commit', fix: null }
  return {
    ...{ ...place, status: 'fail' },
    message: `the last commit is ${Math.round(aheadMs / 1000)} s in the future of this machine's clock`,
    fix: 'set the clock: timedatectl set-ntp true; tokens, leases and certificates compare times',
  }
}
