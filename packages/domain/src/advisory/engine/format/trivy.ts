import { z } from 'zod'
import type { EngineFinding } from '../engine.ts'
import { engineText, engineWords, scoredBy } from './engine-text.ts'

const report = z.looseObject({
  SchemaVersion: z.literal(2),
  // Absent where it found nothing that it knows how to read.
  Results: z
    .array(
      z.looseObject({
        Target: engineText,
        Vulnerabilities: z
          .array(
            z.looseObject({
              VulnerabilityID: engineText,
              VendorIDs: z.array(engineText).nullish(),
              PkgName: engineText,
              PkgPath: z.string().optional(),
              InstalledVersion: engineText,
              FixedVersion: z.string().optional(),
              Severity: z.string(),
              CVSS: z
                .record(
                  z.string(),
                  z.looseObject({ V3Score: z.number().optional(), V40Score: z.number().optional() }),
                )
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
    (Vulnerabilities ?? []).map((own): EngineFinding => ({
      ids: [own.VulnerabilityID, ...(own.VendorIDs ?? [])],
      package: own.PkgName,
      version: own.InstalledVersion,
      kind: 'vulnerability',
      ...scoredBy(
        Object.values(own.CVSS ?? {}).flatMap(({ V3Score, V40Score }) => V40Score ?? V3Score ?? []),
        own.Severity,
      ),
      // Several fixed versions, of several lines of releases, stand in one text.
      fixed: own.FixedVersion?.split(', ')[0] || null,
      file: own.PkgPath || Target,
      summary: own.Title ?? '',
    })),
  )
