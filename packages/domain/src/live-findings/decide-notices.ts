import { findingKey } from '../evidence/subject-evidence.ts'
import type { OpenIncident } from './findings-state.ts'
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
  /** Those that are known to be exploited and have no open incident. */
  detected: readonly NoticedFinding[]
  /** Incidents that nothing live gives a reason for any more. */
  resolved: readonly OpenIncident[]
}

/**
 * Whom what became of the live release concerns: what was known against it before, and is now; nothing where nothing is
 * live. A flaw in several places, and one that was there before, is told once. No incident ends because it is not known
 * (`isKnown`) what the live release is made of.
 */
export function decideNotices(
  before: readonly LiveFinding[],
  after: readonly LiveFinding[],
  { open, isKnown }: { open: readonly OpenIncident[]; isKnown: boolean },
): Notices {
  const known = new Set(before.filter(isBlocking).map(findingKey))
  const fresh = new Map(after.filter(isBlocking).map((finding) => [findingKey(finding), finding]))
  const exploited = new Map(after.filter(isExploitedNow).map((finding) => [findingKey(finding), finding]))
  const opened = new Set(open.map(({ key }) => key))
  return {
    alert: [...fresh].flatMap(([key, finding]) => (known.has(key) ? [] : [noticed(finding)])),
    detected: [...exploited].flatMap(([key, finding]) => (opened.has(key) ? [] : [noticed(finding)])),
    resolved: isKnown ? open.filter(({ key }) => !exploited.has(key)) : [],
  }
}

const isBlocking = ({ weight }: LiveFinding): boolean => weight === 'blocks'

const isExploitedNow = (finding: LiveFinding): boolean => isBlocking(finding) && finding.isExploited === true

function noticed(finding: LiveFinding): NoticedFinding {
  const { id, package: name, version, severity, kind, fixed, isExploited, since } = finding
  return { ...{ id, package: name, version, severity, kind, fixed, isExploited, since }, due: dueOf(finding) }
}
