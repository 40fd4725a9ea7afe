import { severityRanks } from '../advisory/severity.ts'
import type { SeverityRank } from '../advisory/severity.ts'
import type { EvidencePolicy, GradedSeverity } from '../evidence/evidence-policy.ts'
import type { JudgedFinding } from '../evidence/facts.ts'
import { findingKey } from '../evidence/subject-evidence.ts'

/** What becomes of a finding under a policy at a moment. Only `blocks` holds a release up. */
export type Weight =
  | 'blocks'
  | 'waived'
  | 'in-grace'
  | 'not-shipped'
  | 'below'
  | 'no-fix'
  /** Unsound, unmaintained, yanked, notices: told, and nobody's harm yet. */
  | 'no-vulnerability'

export interface Weighing {
  policy: EvidencePolicy
  /** RFC 3339. */
  now: string
  firstSeen: Readonly<Record<string, string>>
}

/**
 * Weighs one finding. What is made to do harm or known to be exploited blocks whatever else is said of it, a waiver of
 * the repository or OpenVEX included: only a person with the right to can waive the gate. Without a score it counts as high.
 */
export function weighFinding(finding: JudgedFinding, { policy, now, firstSeen }: Weighing): Weight {
  if (finding.kind === 'malicious' || finding.isExploited === true) return 'blocks'
  if (!weighed.has(finding.kind)) return 'no-vulnerability'
  if (isWaived(finding, { policy, now })) return 'waived'
  // Neither a severity nor a time of grace makes a program run.
  if (finding.kind === 'wrong-architecture') return 'blocks'
  // A lockfile and a dependency graph know what is not shipped; where nobody knows, it counts as shipped.
  if (notShipped.has(finding.presence)) return 'not-shipped'
  const severity = gradeOf(finding)
  if (rank(severity) < rank(policy.severity)) return 'below'
  if (policy.onlyFixable && finding.fixed === null) return 'no-fix'
  return isInGrace(finding, severity, { policy, now, firstSeen }) ? 'in-grace' : 'blocks'
}

/** What does harm as it is. */
const weighed = new Set<JudgedFinding['kind']>(['vulnerability', 'wrong-architecture'])

const notShipped = new Set<JudgedFinding['presence']>(['dev-only', 'locked-only'])

const gradeOf = ({ severity }: JudgedFinding): SeverityRank => (severity === 'unscored' ? 'high' : severity)

const rank = (severity: SeverityRank): number => severityRanks.indexOf(severity)

/** By the day, in UTC, as the file of waivers has it; asked again at the gate, because an audit can be older than an end. */
const isWaived = ({ waiver }: JudgedFinding, { policy, now }: Pick<Weighing, 'policy' | 'now'>): boolean =>
  waiver !== null &&
  (policy.repositoryWaivers || waiver.by === 'vex') &&
  waiver.status !== 'under_investigation' &&
  waiver.expires >= new Date(now).toISOString().slice(0, 10)

/** Unknown since when is no grace at all. */
function isInGrace(
  finding: JudgedFinding,
  severity: SeverityRank,
  { policy, now, firstSeen }: Weighing,
): boolean {
  if (severity === 'none') return false
  const graceMs = policy.graceMs[severity satisfies GradedSeverity]
  const since = firstSeen[findingKey(finding)]
  return graceMs > 0 && since !== undefined && Date.parse(now) - Date.parse(since) < graceMs
}
