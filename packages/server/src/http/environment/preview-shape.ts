import { z } from '@hono/zod-openapi'
import { timeShape } from '../endpoint.ts'
import { kindShape } from '../deployment/deployment-shape.ts'
import { gateResultShape } from '../gate/gate-shape.ts'
import { strategyTypes } from '@towpath/domain/deployment/strategy/strategy.ts'
import { schemaImpactShape } from '../release/release-shape.ts'

const strategyType = z.enum(strategyTypes).openapi('StrategyType')

const strategyShape = z
  .strictObject({
    service: z.string(),
    strategy: z.looseObject({ type: strategyType }),
    suggested: strategyType,
    fits: z.array(z.strictObject({ strategy: strategyType, fits: z.boolean(), why: z.string() })),
    requestsPerSecond: z.number().nullable().openapi({ description: 'At the edge, lately; null: unknown.' }),
    verdict: z
      .strictObject({ requests: z.int(), durationMs: z.number() })
      .nullable()
      .openapi({ description: 'What a verdict takes at that traffic; null: nobody can tell.' }),
    wayBack: z.string(),
  })
  .openapi('StrategyAdvice')

export const previewShape = z
  .strictObject({
    dryRun: z.literal(true),
    kind: kindShape,
    environment: z.string(),
    release: z.string(),
    from: z.string().nullable().openapi({ description: 'The release that is live now.' }),
    steps: z.array(z.strictObject({ step: z.string(), does: z.string() })),
    services: z.array(z.strictObject({ service: z.string(), image: z.string() })),
    jobs: z.array(z.string()).openapi({ description: 'One-shot services that would run before the switch.' }),
    schema: schemaImpactShape,
    approvals: z.strictObject({ needed: z.int(), given: z.array(z.string()), missing: z.int() }),
    wayBack: z.strictObject({ needsPerson: z.boolean(), text: z.string() }),
    gates: z.strictObject({
      passed: z.boolean(),
      results: z.array(gateResultShape),
      later: z
        .array(z.string())
        .openapi({ description: 'Gates whose facts an earlier step makes, so not asked now.' }),
    }),
    strategies: z
      .array(strategyShape)
      .openapi({ description: 'How each service would go over, and whether that suits it.' }),
    pending: z
      .array(
        z.strictObject({
          what: z.enum(['approvals', 'needs', 'freeze', 'hosts', 'evidence']),
          accepted: z.string(),
          asked: z.string(),
          says: z.string(),
        }),
      )
      .openapi({
        description: 'What the commit would loosen; the accepted policy holds until an admin accepts it.',
      }),
    notes: z.array(z.string()),
    warnings: z.array(z.string()),
  })
  .openapi('Preview')

/** Both the dry run's answer and the real one's where there is nothing to do. */
export const alreadyLiveShape = z
  .strictObject({
    alreadyLive: z.literal(true),
    environment: z.string(),
    release: z.string(),
    deployment: z.string().openapi({ description: 'The one that brought it.' }),
    since: timeShape,
  })
  .openapi('AlreadyLive')

export type Preview = z.infer<typeof previewShape>
