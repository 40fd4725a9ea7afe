/** How bad it is, from best to worst; `unscored` is no rank but the want of one. */
export const severityRanks = ['none', 'low', 'medium', 'high', 'critical'] as const
export type SeverityRank = (typeof severityRanks)[number]
export type Severity = SeverityRank | 'unscored'

/** Words that databases use without a vector; GitHub says moderate, and distributions know one below low. */
const ratings: ReadonlyMap<string, SeverityRank> = new Map([
  ['negligible', 'low'],
  ['low', 'low'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['important', 'high'],
  ['high', 'high'],
  ['critical', 'critical'],
])

/** Ranks of the specifications: version 2 has no critical, and no none. */
export function rankOf(score: number, vector: string): SeverityRank {
  const isSecond = !vector.startsWith('CVSS:')
  if (score === 0) return isSecond ? 'low' : 'none'
  if (score < 4) return 'low'
  if (score < 7) return 'medium'
  return score < 9 || isSecond ? 'high' : 'critical'
}

export interface Scored {
  severity: Severity
  score: number | null
}

/** The worst of what several databases say of one flaw. One that does not score it takes nothing from those that do. */
export const worstOf = (scored: readonly Scored[]): Scored =>
  scored.toSorted(
    (a, b) => scoredRank(b.severity) - scoredRank(a.severity) || (b.score ?? 0) - (a.score ?? 0),
  )[0] ?? { severity: 'unscored', score: null }

const scoredRank = (severity: Severity): number =>
  severity === 'unscored' ? -1 : severityRanks.indexOf(severity)

/** Newest version of CVSS first. */
const generationOf = (vector: string): number => Number(/^CVSS:(\d\.\d)/.exec(vector)?.[1] ?? 2)

/**
 * Severity and score of an advisory: of its newest readable vector, else its database's word, else unscored. `score` is
 * asked per vector, since some are slow to compute and may be known already.
 */
export function severityOf(
  { vectors, rating }: { vectors: readonly string[]; rating: string | null },
  score: (vector: string) => number | null,
): Scored {
  for (const vector of vectors.toSorted((a, b) => generationOf(b) - generationOf(a))) {
    const found = score(vector)
    if (found !== null) return { severity: rankOf(found, vector), score: found }
  }
  return { severity: ratings.get(rating?.toLowerCase() ?? '') ?? 'unscored', score: null }
}
