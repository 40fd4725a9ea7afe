import { z } from 'zod'
import { rankOf, severityOf } from '../../severity.ts'
import type { Scored } from '../../severity.ts'

/** A name or a version. */
export const engineText = z.string().min(1).max(2_000)

/** Words for people: as much of them as a page shows. */
export const engineWords = z.string().transform((text) => text.slice(0, 1_000))

/** By the worst score that an engine gives, else by its word. */
export function scoredBy(scores: readonly number[], rating: string | null): Scored {
  const known = scores.filter((score) => score >= 0 && score <= 10)
  if (known.length === 0) return severityOf({ vectors: [], rating }, () => null)
  const score = Math.max(...known)
  return { severity: rankOf(score, 'CVSS:3.1'), score }
}
