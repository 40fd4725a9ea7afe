import { z } from 'zod'
import type { EngineFinding } from '../engine.ts'
import { engineText, engineWords, scoredBy } from './engine-text.ts'

const scores = z
  .array(z.looseObject({ metrics: z.looseObject({ baseScore: z.number() }).optional() }))
  .nullish()

const report = z.looseObject({
  matches: z.array(
    z.looseObject({
      vulnerability: z.looseObject({
        id: engineText,
        severity: z.string().optional(),
        cvss: scores,
        fix: z.looseObject({ versions: z.array(z.string()).nullish() }).optional(),
        description: engineWords.optional(),
      }),
      relatedVulnerabilities: z.array(z.looseObject({ id: engineText, cvss: scores })).nullish(),
      artifact: z.looseObject({
        name: engineText,
        version: engineText,
        locations: z.array(z.looseObject({ path: z.string() })).nullish(),
      }),
    }),
  ),
})

/** `grype -o json`. */
export const readGrype = (document: unknown): EngineFinding[] =>
  report.parse(document).matches.map(({ vulnerability, relatedVulnerabilities, artifact }) => {
    const related = relatedVulnerabilities ?? []
    return {
      ids: [vulnerability.id, ...related.map(({ id }) => id)],
      package: artifact.name,
      version: artifact.version,
      kind: vulnerability.id.startsWith('MAL-') ? 'malicious' : 'vulnerability',
      ...scoredBy(
        [vulnerability, ...related].flatMap(({ cvss }) =>
          (cvss ?? []).flatMap(({ metrics }) => metrics?.baseScore ?? []),
        ),
        vulnerability.severity ?? null,
      ),
      fixed: vulnerability.fix?.versions?.[0] || null,
      file: artifact.locations?.[0]?.path ?? null,
      summary: vulnerability.description ?? '',
    }
  })
