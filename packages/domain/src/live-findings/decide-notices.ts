import { findingKey } from '../evidence/subject-evidence.ts'
import { dueOf } from './response-clock.ts'
import type { LiveFinding } from './live-finding.ts'

/** A finding as somebody is told of it. */
export interface NoticedFinding extends Pick<
  LiveFinding,
  'id' | 'package' | 'version' | 'severity' | 'kind' | 'fixed' | 'isExploited' | 'since'
> {
  due: string | null
}

export interface Notices {
  /** What counts against what is live, and did not before. */
  alert: readonly NoticedFinding[]
  /** Those of them that are known to be exploited: each an incident, once for as long as it is known here. */
  incidents: readonly (NoticedFinding & { key: string })[]
}

/** Whom what became of the live release concerns. A flaw in several places, and one that was there before, is told once. */
export function decideNotices(before: readonly LiveFinding[], after: readonly LiveFinding[]): Notices {
  const known = new Set(before.filter(isBlocking).map(findingKey))
  const fresh = new Map(after.filter(isBlocking).map((finding) => [findingKey(finding), finding]))
  const alert = [...fresh].filter(([key]) => !known.has(key))
  const exploited = new Set(before.filter(isExploitedNow).map(findingKey))
  const incidents = [...fresh].filter(([key, finding]) => isExploitedNow(finding) && !exploited.has(key))
  return {
    alert: alert.map(([, finding]) => noticed(finding)),
    incidents: incidents.map(([, finding]) => ({
      ...noticed(finding),
      key: `${findingKey(finding)} ${finding.since}`,
    })),
  }
}

const isBlocking = ({ weight }: LiveFinding): boolean => weight === 'blocks'

const isExploitedNow = (finding: LiveFinding): boolean => isBlocking(finding) && finding.isExploited === true

function noticed(finding: LiveFinding): NoticedFinding {
  const { id, package: name, version, severity, kind, fixed, isExploited, since } = finding
  return { ...{ id, package: name, version, severity, kind, fixed, isExploited, since }, due: dueOf(finding) }
}
