import { z } from 'zod'
import type { LanguageEcosystem } from '../../../inventory/component.ts'
import { printable } from '../../../config/printable.ts'
import { rankOf, severityOf, worstOf } from '../../severity.ts'
import type { Scored } from '../../severity.ts'

/** Text of a report goes to terminals, logs and addresses: whatever steers those is made visible, and halves of signs are none. */
const shown = (text: string): string => printable(text.toWellFormed())

/** A name or a version. */
export const engineText = z.string().min(1).max(2_000).transform(shown)

/** A version, which some packages have none of, or the path of a file. */
export const engineTextOrNone = z.string().max(2_000).transform(shown)

/** Words for people: as much of them as a page shows. */
export const engineWords = z.string().transform((text) => shown(text.slice(0, 1_000)))

/** Other names of a flaw. */
export const engineNamesOf = z.array(engineText).max(1_000)

/** Scores of CVSS 3 and newer, those of version 2, and a word. */
interface Told {
  scores: readonly number[]
  second?: readonly number[]
  rating: string | null
}

/**
 * The worst of what an engine says: of its scores, and of its word, which may be that of another database. Scores of
 * version 2, whose scale is another one, speak where there are no others.
 */
export function scoredBy({ scores, second = [], rating }: Told): Scored {
  const newer = highestOf(scores)
  const older = highestOf(second)
  const byScore = newer === null ? scoredAs(older, '') : scoredAs(newer, 'CVSS:3.1')
  return worstOf([...byScore, severityOf({ vectors: [], rating }, () => null)])
}

const scoredAs = (score: number | null, vector: string): Scored[] =>
  score === null ? [] : [{ severity: rankOf(score, vector), score }]

const highestOf = (scores: readonly number[]): number | null =>
  scores
    .filter((score) => score >= 0 && score <= 10)
    .reduce<number | null>((highest, score) => Math.max(highest ?? 0, score), null)

/** Each name once, the first one first: engines repeat them. */
export const idsOf = (first: string, others: readonly string[]): readonly [string, ...string[]] => [
  first,
  ...new Set(others.filter((id) => id !== first)),
]

/** Types of package URLs (purl-spec) by the registries that they name. */
const registries: ReadonlyMap<string, LanguageEcosystem> = new Map([
  ['cargo', 'crates.io'],
  ['npm', 'npm'],
  ['golang', 'Go'],
  ['pypi', 'PyPI'],
])

/** The registry that a package URL names; null where it is none that is known here. */
export const registryOf = (url: string | undefined): LanguageEcosystem | null =>
  registries.get(/^pkg:([a-z]+)\//.exec(url ?? '')?.[1] ?? '') ?? null

/** Fixed versions that are read of one flaw: there is one for each line of releases. */
const FIXES_MAX = 100

/**
 * The versions that a report says a flaw is fixed in. Some write requirements (`>= 3.1.0, < 4`, `^0.8.2`): the version
 * that such a one begins with is meant. They come into commands for people, so only what a version is made of is one.
 */
export const fixesIn = (texts: readonly string[]): string[] =>
  texts
    .slice(0, FIXES_MAX)
    .flatMap((text) => text.slice(0, 2_000).split(/,|\|\|/))
    .slice(0, FIXES_MAX)
    .flatMap(
      (text) =>
        /^(?:>=|==?|\^|~(?!>))?\s*v?([0-9A-Za-z][0-9A-Za-z.+~:_-]{0,199})$/.exec(text.trim())?.[1] ?? [],
    )
