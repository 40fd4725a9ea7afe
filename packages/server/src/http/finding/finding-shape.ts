import { z } from '@hono/zod-openapi'
import { advisoryKinds } from '@towpath/domain/advisory/advisory.ts'
import { otherKinds } from '@towpath/domain/advisory/finding.ts'
import { severityRanks } from '@towpath/domain/advisory/severity.ts'
import { orNull, timeShape } from '../endpoint.ts'

const weights = [
  'blocks',
  'waived',
  'in-grace',
  'not-shipped',
  'below',
  'no-fix',
  'no-vulnerability',
] as const

export const liveFindingShape = z
  .strictObject({
    id: z.string(),
    aliases: z.array(z.string()),
    package: z.string(),
    version: z.string(),
    ecosystem: z.string(),
    kind: z.enum([...advisoryKinds, ...otherKinds]),
    severity: z.enum([...severityRanks, 'unscored']),
    score: z.number().nullable(),
    fixed: z.string().nullable().openapi({ description: 'First version of the package without it.' }),
    presence: z.enum(['shipped', 'locked-only', 'dev-only', 'unknown']),
    isExploited: z.boolean().nullable(),
    summary: z.string(),
    services: z.array(z.string()),
    places: z.array(z.string()).openapi({ description: 'Files that have it, the first few.' }),
    weight: z.enum(weights).openapi({
      description: 'What becomes of it under the policy of the environment; only `blocks` counts.',
    }),
    waiver: z
      .strictObject({ owner: z.string(), reason: z.string(), expires: z.string() })
      .nullable()
      .openapi({ description: 'What lets it pass, and until when.' }),
    since: timeShape.openapi({ description: 'Since when a release kept here is known to have it.' }),
    due: timeShape.nullable().openapi({ description: 'When an answer to it is due.' }),
    isOverdue: z.boolean(),
    fixedBy: z.string().nullable().openapi({
      description: 'The newest release kept here that is known not to have it.',
    }),
    seq: z.int().openapi({ description: 'The event that told of it last, in the ledger.' }),
  })
  .openapi('LiveFinding', {
    example: {
      id: 'RUSTSEC-2026-0009',
      aliases: ['CVE-2026-25727'],
      package: 'time',
      version: '0.3.41',
      ecosystem: 'crates.io',
      kind: 'vulnerability',
      severity: 'medium',
      score: 6.8,
      fixed: '0.3.47',
      presence: 'shipped',
      isExploited: false,
      summary: 'Denial of service by exhausting the stack',
      services: ['backend'],
      places: ['app/backend'],
      weight: 'blocks',
      waiver: null,
      since: '2026-03-01T10:00:00.000Z',
      due: '2026-03-31T10:00:00.000Z',
      isOverdue: false,
      fixedBy: '1.4.1',
      seq: 412,
    },
  })

const reportedReleaseShape = z
  .strictObject({
    release: z.string(),
    isLive: z.boolean(),
    verdict: z.enum(['counts', 'unknown', 'clean']).openapi({
      description: 'unknown: nothing counts, and something could not be judged. That is never clean.',
    }),
    findings: z.array(liveFindingShape),
    unknowns: z.array(z.string()).openapi({ description: 'What could not be judged, and why.' }),
  })
  .openapi('ReleaseFindings')

export const environmentFindingsShape = z
  .strictObject({
    environment: z.string(),
    live: z.string().nullable(),
    at: timeShape.nullable().openapi({ description: 'When a look had something to record last.' }),
    incidents: z
      .array(
        z
          .strictObject({ incident: z.string(), id: z.string(), package: z.string(), at: timeShape })
          .openapi('OpenIncident'),
      )
      .openapi({ description: 'Open incidents: what is live and known to be exploited.' }),
    releases: z.array(reportedReleaseShape).openapi({ description: 'What is live first.' }),
  })
  .openapi('EnvironmentFindings')

/** What is known against a release, in numbers. */
export const findingsCounts = {
  blocking: z.int().openapi({ description: 'That count under the policy of the environment.' }),
  waived: z.int(),
  other: z.int(),
  unknowns: z.int().openapi({ description: 'Reasons why that may not be all.' }),
  since: timeShape.nullable(),
  due: timeShape.nullable(),
}

/** What is known against what an environment runs; part of every view of it. */
export const findingsSummaryShape = orNull(
  z.strictObject({ release: z.string(), ...findingsCounts }).openapi('FindingsSummary', {
    example: {
      ...{ release: '1.4.0', blocking: 1, waived: 2, other: 3, unknowns: 0 },
      ...{ since: '2026-03-01T10:00:00.000Z', due: '2026-03-08T10:00:00.000Z' },
    },
  }),
)
