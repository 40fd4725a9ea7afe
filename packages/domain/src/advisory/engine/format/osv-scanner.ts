import { z } from 'zod'
import { ecosystems } from '../../../inventory/component.ts'
import { scoreOf } from '../../cvss-score.ts'
import { severityOf, worstOf } from '../../severity.ts'
import type { Scored } from '../../severity.ts'
import type { EngineFinding } from '../engine.ts'
import {
  engineNamesOf,
  engineText,
  engineTextOrNone,
  engineWords,
  fixesIn,
  idsOf,
  scoredBy,
} from './engine-text.ts'

const flaw = z.looseObject({
  id: engineText,
  aliases: engineNamesOf.nullish(),
  summary: engineWords.optional(),
  withdrawn: z.string().nullish(),
  severity: z.array(z.looseObject({ score: z.string() })).nullish(),
  database_specific: z.looseObject({ severity: z.unknown().optional() }).nullish(),
  affected: z
    .array(
      z.looseObject({
        package: z.looseObject({ name: z.string() }).optional(),
        ranges: z
          .array(
            z.looseObject({
              type: z.string().optional(),
              events: z.array(z.looseObject({ fixed: z.string().optional() })).nullish(),
            }),
          )
          .nullish(),
        database_specific: z.looseObject({ informational: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
})

type Flaw = z.output<typeof flaw>

const report = z.looseObject({
  results: z.array(
    z.looseObject({
      source: z.looseObject({ path: engineTextOrNone }),
      packages: z.array(
        z.looseObject({
          // Code that only a commit names has no name.
          package: z.looseObject({
            name: engineTextOrNone,
            version: engineTextOrNone,
            ecosystem: z.string().optional(),
          }),
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
 * `osv-scanner scan source --format json`. How bad a flaw is stands with its group, as a number in a text, and in its
 * record. What its database took back is no flaw.
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
            registry: ecosystems.find((known) => known === own.ecosystem) ?? null,
            kind: kindOf(one),
            ...worstOf([
              scoredBy({ scores: /^\d+(?:\.\d+)?$/.test(said) ? [Number(said)] : [], rating: null }),
              recordedOf(one),
            ]),
            fixes: fixesIn(fixedOf(one, own.name)),
            file: source.path || null,
            summary: one.summary ?? '',
          }
        }),
    ),
  )

function recordedOf({ severity, database_specific: more }: Flaw): Scored {
  const rating = typeof more?.severity === 'string' ? more.severity : null
  return severityOf({ vectors: (severity ?? []).map(({ score }) => score), rating }, scoreOf)
}

/** Of ranges over commits no version is told. */
const fixedOf = ({ affected }: Flaw, name: string): string[] =>
  (affected ?? [])
    .filter(({ package: own }) => own?.name === name)
    .flatMap(({ ranges }) => (ranges ?? []).filter(({ type }) => type !== 'GIT'))
    .flatMap(({ events }) => (events ?? []).flatMap(({ fixed }) => fixed ?? []))

function kindOf({ id, affected }: Flaw): EngineFinding['kind'] {
  if (id.startsWith('MAL-')) return 'malicious'
  const said = affected?.flatMap(({ database_specific: more }) => more?.informational ?? []) ?? []
  return informational.find((kind) => said.includes(kind)) ?? 'vulnerability'
}
