import { z } from 'zod'
import type { EngineFinding } from '../engine.ts'
import {
  engineNamesOf,
  engineText,
  engineTextOrNone,
  engineWords,
  fixesIn,
  idsOf,
  registryOf,
  scoredBy,
} from './engine-text.ts'

const score = z.number().optional()

const report = z.looseObject({
  SchemaVersion: z.literal(2),
  // Absent where it found nothing that it knows how to read.
  Results: z
    .array(
      z.looseObject({
        // Empty where it speaks of the whole, as results of its modules do.
        Target: engineTextOrNone,
        Vulnerabilities: z
          .array(
            z.looseObject({
              VulnerabilityID: engineText,
              VendorIDs: engineNamesOf.nullish(),
              PkgName: engineText,
              PkgPath: engineTextOrNone.optional(),
              PkgIdentifier: z.looseObject({ PURL: z.string().optional() }).optional(),
              InstalledVersion: engineTextOrNone.default(''),
              FixedVersion: z.string().optional(),
              Severity: z.string().optional(),
              CVSS: z
                .record(z.string(), z.looseObject({ V2Score: score, V3Score: score, V40Score: score }))
                .nullish(),
              Title: engineWords.optional(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
})

/** `trivy fs|image --format json`, schema 2. */
export const readTrivy = (document: unknown): EngineFinding[] =>
  (report.parse(document).Results ?? []).flatMap(({ Target, Vulnerabilities }) =>
    (Vulnerabilities ?? []).map((own): EngineFinding => {
      const scores = Object.values(own.CVSS ?? {})
      return {
        ids: idsOf(own.VulnerabilityID, own.VendorIDs ?? []),
        package: own.PkgName,
        version: own.InstalledVersion,
        registry: registryOf(own.PkgIdentifier?.PURL),
        kind: own.VulnerabilityID.startsWith('MAL-') ? 'malicious' : 'vulnerability',
        ...scoredBy({
          scores: scores.flatMap(({ V3Score, V40Score }) => V40Score ?? V3Score ?? []),
          second: scores.flatMap(({ V2Score }) => V2Score ?? []),
          rating: own.Severity ?? null,
        }),
        // Several fixed versions, of several lines of releases, stand in one text.
        fixes: fixesIn([own.FixedVersion ?? '']),
        file: own.PkgPath || Target || null,
        summary: own.Title ?? '',
      }
    }),
  )
