import { z } from 'zod'
import type { EngineFinding } from '../engine.ts'
import { engineText, engineWords, scoredBy } from './engine-text.ts'

const flaw = z.looseObject({
  id: engineText,
  aliases: z.array(engineText).nullish(),
  summary: engineWords.optional(),
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
      source: z.looseObject({ path: z.string() }),
      packages: z.array(
        z.looseObject({
          package: z.looseObject({ name: engineText, version: z.string() }),
          vulnerabilities: z.array(flaw).nullish(),
          groups: z
            .array(z.looseObject({ ids: z.array(engineText), max_severity: z.string().optional() }))
            .nullish(),
        }),
      ),
    }),
  ),
})

const informational = ['unsound', 'unmaintained', 'notice'] as const

/** `osv-scanner scan source --format json`. How bad a flaw is stands with its group, as a number in a text. */
export const readOsvScanner = (document: unknown): EngineFinding[] =>
  report.parse(document).results.flatMap(({ source, packages }) =>
    packages.flatMap(({ package: own, vulnerabilities, groups }) =>
      (vulnerabilities ?? []).map((one): EngineFinding => {
        const said = groups?.find(({ ids }) => ids.includes(one.id))?.max_severity
        return {
          ids: [one.id, ...(one.aliases ?? [])],
          package: own.name,
          version: own.version,
          kind: kindOf(one),
          ...scoredBy(said === undefined || said === '' ? [] : [Number(said)], null),
          fixed: null,
          file: source.path,
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
