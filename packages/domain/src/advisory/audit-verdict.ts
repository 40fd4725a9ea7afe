import type { FailRule } from './fail-rule.ts'
import type { Finding } from './finding.ts'
import { severityRanks } from './severity.ts'
import type { SeverityRank } from './severity.ts'

/**
 * Whether a finding counts under a rule. What is known to be exploited, and packages made to do harm, count under every
 * rule but `none`; a vulnerability without a score counts as high, until somebody scores or waives it, and a program that cannot run where it is
 * does too. With `shippedOnly`
 * what is known not to be in what runs counts no more; what nobody knows of does.
 */
export function countsUnder(rule: FailRule, finding: Finding, shippedOnly = false): boolean {
  const { kind, severity, isExploited, waiver } = finding
  if (rule === 'none' || waiver !== null) return false
  if (kind === 'malicious' || isExploited === true) return true
  if (shippedOnly && isKnownNotToShip(finding)) return false
  if (rule === 'warnings') return true
  if (!harmful.has(kind)) return false
  if (rule === 'vulnerabilities') return true
  return rankOf(severity === 'unscored' ? 'high' : severity) >= rankOf(rule)
}

const harmful = new Set<Finding['kind']>(['vulnerability', 'wrong-architecture'])

const isKnownNotToShip = ({ presence }: Finding): boolean =>
  presence === 'dev-only' || presence === 'locked-only'

const rankOf = (severity: SeverityRank): number => severityRanks.indexOf(severity)

/** Something that keeps an audit from being clean although nothing was found. */
export interface AuditUnknown {
  what: 'ecosystem-not-covered' | 'data-too-old' | 'data-unreadable' | 'inventory-gap' | 'engine-failed'
  message: string
  /** What to do about it. */
  hint: string
}

/** The answer of an audit, as a gate reads it: unknown is never clean. */
export type AuditVerdict = 'clean' | 'findings' | 'unknown'

export function auditVerdict(input: {
  rule: FailRule
  shippedOnly?: boolean
  findings: readonly Finding[]
  unknowns: readonly AuditUnknown[]
}): { verdict: AuditVerdict; counted: number; isFailure: boolean } {
  const { rule, shippedOnly } = input
  const counted = input.findings.filter((finding) => countsUnder(rule, finding, shippedOnly)).length
  if (counted > 0) return { verdict: 'findings', counted, isFailure: true }
  if (input.unknowns.length > 0) return { verdict: 'unknown', counted, isFailure: input.rule !== 'none' }
  return { verdict: input.findings.length > 0 ? 'findings' : 'clean', counted, isFailure: false }
}
