import { z } from 'zod'
import type { EngineFinding } from '../engine.ts'
import {
  engineText,
  engineTextOrNone,
  engineWords,
  fixesIn,
  idsOf,
  registryOf,
  scoredBy,
} from './engine-text.ts'

const scores = z
  .array(
    z.looseObject({
      version: z.string().optional(),
      metrics: z.looseObject({ baseScore: z.number() }).optional(),
    }),
  )
  .nullish()

const report = z.looseObject({
  matches: z.array(
    z.looseObject({
      vulnerability: z.looseObject({
        id: engineText,
        severity: z.string().optional(),
        cvss: scores,
        fix: z.looseObject({ versions: z.array(z.string()).nullish() }).nullish(),
        description: engineWords.optional(),
      }),
      relatedVulnerabilities: z
        .array(z.looseObject({ id: engineText, cvss: scores }))
        .max(1_000)
        .nullish(),
      artifact: z.looseObject({
        name: engineText,
        version: engineTextOrNone,
        purl: z.string().optional(),
        locations: z.array(z.looseObject({ path: engineTextOrNone })).nullish(),
      }),
    }),
  ),
})

/** `grype -o json`. What it was told to ignore stands apart in its report and is none of its findings. */
export const readGrype = (document: unknown): EngineFinding[] =>
  report.parse(document).matches.map(({ vulnerability, relatedVulnerabilities, artifact }) => {
    const related = relatedVulnerabilities ?? []
    const told = [vulnerability, ...related].flatMap(({ cvss }) => cvss ?? [])
    return {
      ids: idsOf(
        vulnerability.id,
        related.map(({ id }) => id),
      ),
      package: artifact.name,
      version: artifact.version,
      registry: registryOf(artifact.purl),
      kind: vulnerability.id.startsWith('MAL-') ? 'malicious' : 'vulnerability',
      ...scoredBy({
        scores: told.filter((one) => !isSecond(one)).flatMap(({ metrics }) => metrics?.baseScore ?? []),
        second: told.filter(isSecond).flatMap(({ metrics }) => metrics?.baseScore ?? []),
        rating: vulnerability.severity ?? null,
      }),
      fixes: fixesIn(vulnerability.fix?.versions ?? []),
      file: artifact.locations?.[0]?.path || null,
      summary: vulnerability.description ?? '',
    }
  })

const isSecond = ({ version }: { version?: string | undefined }): boolean => version?.startsWith('2') === true
