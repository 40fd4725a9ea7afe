import type { Advisory, VersionInterval } from './advisory.ts'
import { versionOrderOf } from './version-order-of.ts'
import type { CompareVersions } from './version-order-of.ts'

/** Whether an advisory concerns a version, and the first version behind it that it does not. */
export type Affects = { answer: 'yes'; fixed: string | null } | { answer: 'no' } | { answer: 'unknown' }

/** A version that cannot be read is `unknown`: it is neither in an interval nor outside. */
export function affects({ ecosystem, intervals, versions }: Advisory, version: string): Affects {
  const compare = versionOrderOf(ecosystem)
  if (compare === null || compare(version, version) === null) {
    if (versions.includes(version) || intervals.some(isEverything)) return { answer: 'yes', fixed: null }
    return { answer: 'unknown' }
  }
  const holding = intervals.find((interval) => holds(interval, version, compare))
  if (holding !== undefined) return { answer: 'yes', fixed: behind(holding, intervals, compare) }
  const isListed = versions.some((text) => text === version || compare(text, version) === 0)
  return isListed ? { answer: 'yes', fixed: null } : { answer: 'no' }
}

const holds = (
  { from, to, isEndAffected }: VersionInterval,
  version: string,
  compare: CompareVersions,
): boolean => {
  if (from !== null && (compare(version, from) ?? 0) < 0) return false
  if (to === null) return true
  const atEnd = compare(version, to) ?? 0
  return atEnd < 0 || (isEndAffected && atEnd === 0)
}

/** The end of an interval, or of those that go on where it ends; null where the last affected one is all that is known. */
function behind(
  start: VersionInterval,
  intervals: readonly VersionInterval[],
  compare: CompareVersions,
): string | null {
  let { to, isEndAffected } = start
  // Each step goes up, so no interval is met twice.
  for (let steps = 0; steps < intervals.length && to !== null && !isEndAffected; steps += 1) {
    const end: string = to
    const next = intervals.find((interval) => holds(interval, end, compare))
    if (next === undefined) return end
    ;({ to, isEndAffected } = next)
  }
  return null
}

const isEverything = ({ from, to }: VersionInterval): boolean => from === null && to === null
