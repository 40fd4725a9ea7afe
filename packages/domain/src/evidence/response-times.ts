import type { GradedSeverity } from './evidence-policy.ts'

const dayMs = 86_400_000

/** How long a finding on something live may go unanswered, in milliseconds, from when it was known here. */
export const responseTimesMs: Record<GradedSeverity, number> = {
  critical: dayMs,
  high: 7 * dayMs,
  medium: 30 * dayMs,
  low: 90 * dayMs,
}
