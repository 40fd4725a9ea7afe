import type { ProbeResult } from '../signal/probe-result.ts'

/** Failed looks in a row before a living process counts as failing: one may be a hiccup of the network. */
export const badInARow = 3
/** Time between two looks that counts as watched: a controller that slept for an hour did not watch for an hour. */
export const gapMaxMs = 2_000

/** What has been seen of a new release so far. Grows by one round of looks, one look per service. */
export interface Watch {
  watchedMs: number
  /** Failed looks in a row, by service. */
  bad: Record<string, number>
  /** Whether the last round found every service good. */
  fine: boolean
}

export const startWatch: Watch = { watchedMs: 0, bad: {}, fine: false }

export interface Round {
  /** Since the round before, on a clock that only grows. */
  sinceLastMs: number
  looks: Record<string, ProbeResult>
}

/** One more round of looks. Where the edge could not be asked, nothing was learnt: neither good nor bad. */
export function watchRound(watch: Watch, { sinceLastMs, looks }: Round): Watch {
  const bad = Object.fromEntries(
    Object.entries(looks).map(([service, look]) => [service, badSoFar(watch.bad[service] ?? 0, look)]),
  )
  return {
    watchedMs: watch.watchedMs + Math.min(Math.max(0, sinceLastMs), gapMaxMs),
    bad,
    fine: Object.values(looks).every((look) => look.saw === 'good'),
  }
}

const badSoFar = (before: number, look: ProbeResult): number => {
  if (look.saw === 'good') return 0
  return look.saw === 'bad' ? before + 1 : before
}

/** Pass, fail with the service that failed, or not yet: a watch never passes on a look that was bad or missing. */
export type WatchVerdict =
  | { verdict: 'pass' }
  | { verdict: 'fail'; service: string }
  | { verdict: 'inconclusive' }

export function watchVerdict(watch: Watch, durationMs: number): WatchVerdict {
  const failing = Object.keys(watch.bad).find((service) => (watch.bad[service] ?? 0) >= badInARow)
  if (failing !== undefined) return { verdict: 'fail', service: failing }
  return watch.watchedMs >= durationMs && watch.fine ? { verdict: 'pass' } : { verdict: 'inconclusive' }
}
