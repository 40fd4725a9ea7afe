import { gradedSeverities } from '../evidence/evidence-policy.ts'
import { responseTimesMs } from '../evidence/response-times.ts'
import type { FindingsSummary } from './findings-state.ts'
import type { LiveFinding } from './live-finding.ts'

/**
 * When an answer to a finding is due; null where none is: it passes by a waiver, is known not to ship, or is no
 * vulnerability. What is exploited or made to do harm is as urgent as critical, and without a score it counts as high.
 */
export function dueOf(finding: LiveFinding): string | null {
  const { kind, severity, isExploited, weight, clockFrom } = finding
  if (weight === 'waived' || weight === 'not-shipped') return null
  const isHarm = kind === 'malicious' || isExploited === true
  if (kind !== 'vulnerability' && !isHarm) return null
  const grade = isHarm
    ? 'critical'
    : gradedSeverities.find((one) => one === (severity === 'unscored' ? 'high' : severity))
  return grade === undefined ? null : new Date(Date.parse(clockFrom) + responseTimesMs[grade]).toISOString()
}

/** The numbers of a release. */
export function summaryOf(
  release: string,
  { findings, unknowns }: { findings: readonly LiveFinding[]; unknowns: readonly string[] },
): FindingsSummary {
  const blocking = findings.filter(({ weight }) => weight === 'blocks')
  const waived = findings.filter(({ weight }) => weight === 'waived').length
  return {
    release,
    blocking: blocking.length,
    waived,
    other: findings.length - blocking.length - waived,
    unknowns: unknowns.length,
    since: earliest(blocking.map(({ since }) => since)),
    due: earliest(blocking.flatMap((finding) => dueOf(finding) ?? [])),
  }
}

const earliest = (times: readonly string[]): string | null => times.toSorted()[0] ?? null
