import type { EnvironmentState, HistoryEntry } from '../environment/environment-state.ts'
import { needsPersonToGoBack } from '../release/release.ts'
import type { SchemaImpact } from '../release/release.ts'

/**
 * The finished deployment whose pins a rollback restores: the newest one that made the asked release live, or without
 * one the newest of any release other than the live one. Null where there is none.
 */
export function chooseRollbackTarget(
  environment: EnvironmentState,
  release: string | null,
): HistoryEntry | null {
  const live = environment.live?.release ?? null
  const been = environment.history.filter((entry) => entry.outcome === 'live' && entry.release !== live)
  if (release !== null) return been.find((entry) => entry.release === release) ?? null
  const warm = environment.warm?.release ?? null
  // Releases that were rolled back from are worse candidates than the one that is still warm, or older good ones.
  const left = leftByRollback(environment.history)
  return (
    been.find((entry) => entry.release === warm && !left.has(entry.release)) ??
    been.find((entry) => !left.has(entry.release)) ??
    null
  )
}

/** Releases that somebody went back from, unless they were deployed again since. */
function leftByRollback(newestFirst: readonly HistoryEntry[]): Set<string> {
  const left = new Set<string>()
  let live: string | null = null
  for (const entry of newestFirst.toReversed()) {
    if (entry.outcome !== 'live') continue
    // Returning to what was fled is no flight from where one fled to.
    const isReturn = left.has(entry.release)
    if (entry.kind === 'rollback' && live !== null && !isReturn) left.add(live)
    left.delete(entry.release)
    live = entry.release
  }
  return left
}

/** A release that was live, and what it did to the database. */
export interface LiveRelease {
  release: string
  schema: SchemaImpact
  migrated: boolean
}

/**
 * Releases between the target and now whose migrations may not suit it. Those that only expand are fine: the release
 * before runs on them by declaration.
 *
 * @param since every release that was live after the target, the live one included.
 */
export const crossedSchemas = (since: readonly LiveRelease[]): { release: string; schema: SchemaImpact }[] =>
  since
    .filter((live) => live.migrated && needsPersonToGoBack(live.schema))
    .map(({ release, schema }) => ({ release, schema }))
