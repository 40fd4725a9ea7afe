import { z } from 'zod'
import type { EngineFinding } from '../engine.ts'
import { engineNamesOf, engineText, engineTextOrNone, engineWords, idsOf, scoredBy } from './engine-text.ts'

const flaw = z.looseObject({
  id: engineText,
  aliases: engineNamesOf.nullish(),
  summary: engineWords.optional(),
  withdrawn: z.string().nullish(),
  affected: z
    .array(
      z.looseObject({
        package: z.looseObject({ name: z.string() }).optional(),
        database_specific: z.looseObject({ informational: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
})

const report = z.looseObject({
  results: z.array(
    z.looseObject({
      source: z.looseObject({ path: engineTextOrNone }),
      packages: z.array(
        z.looseObject({
          // Code that only a commit names has no name.
          package: z.looseObject({ name: engineTextOrNone, version: engineTextOrNone }),
          vulnerabilities: z.array(flaw).nullish(),
          groups: z
            .array(z.looseObject({ ids: engineNamesOf, max_severity: z.string().optional() }))
            .nullish(),
        }),
      ),
    }),
  ),
})

const informational = ['unsound', 'unmaintained', 'notice'] as const

/**
 * `osv-scanner scan source --format json`. How bad a flaw is stands with its group, as a number in a text. What its
 * database took back is no flaw.
 */
export const readOsvScanner = (document: unknown): EngineFinding[] =>
  report.parse(document).results.flatMap(({ source, packages }) =>
    packages.flatMap(({ package: own, vulnerabilities, groups }) =>
      (vulnerabilities ?? [])
        .filter(({ withdrawn }) => !withdrawn)
        .map((one): EngineFinding => {
          const said = groups?.find(({ ids }) => ids.includes(one.id))?.max_severity ?? ''
          return {
            ids: idsOf(one.id, one.aliases ?? []),
            package: own.name,
            version: own.version,
            kind: kindOf(one),
            ...scoredBy({ scores: /^\d+(?:\.\d+)?$/.test(said) ? [Number(said)] : [], rating: null }),
            fixes: [],
            file: source.path || null,
            summary: one.summary ?? '',
          }
        }),
    ),
  )

function kindOf({ id, affected }: z.output<typeof flaw>): EngineFinding['kind'] {
  if (id.startsWith('MAL-')) return 'malicious'
  const said = affected?.flatMap(({ database_specific: more }) => more?.informational ?? []) ?? []
  return informational.find((kind) => said.includes(kind)) ?? 'vulnerability'
}
