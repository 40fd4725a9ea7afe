import { z } from '@hono/zod-openapi'
import { schemaImpacts } from '@towpath/domain/release/release.ts'
import { timeShape } from '../endpoint.ts'

export const schemaImpactShape = z.enum(schemaImpacts).openapi('SchemaImpact', {
  description:
    'What the release does to the database. none: no migration; expand: the release before runs on the new schema; contract: it does not; unknown: nobody said, so going back needs a person.',
})

export const buildShape = z
  .strictObject({
    service: z.string(),
    repository: z.string(),
    digest: z.string(),
    tag: z.string().nullable(),
    commit: z.string().nullable(),
  })
  .openapi('Build')

export const releaseShape = z
  .strictObject({
    version: z.string(),
    builds: z.array(buildShape),
    schema: schemaImpactShape,
    snapshot: z.string().openapi({ description: 'SHA-256 of the project files it was made with.' }),
    author: z.string(),
    createdAt: timeShape,
  })
  .openapi('Release')
