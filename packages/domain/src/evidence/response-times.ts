import type { GradedSeverity } from './evidence-policy.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * Time that a team has to answer a finding on what is live, in ms from when it was first known there. The deadlines are
 * those of the runbook that `towpath init` proposes; what is exploited has the time of critical, what nobody scored that
 * of high.
 */
export const responseTimesMs: Record<GradedSeverity, number> = {
  critical: 24 * hourMs,
  high: 7 * dayMs,
  medium: 30 * dayMs,
  low: 90 * dayMs,
}
