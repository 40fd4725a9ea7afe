import { z } from '@hono/zod-openapi'
import { rollBack } from '@towpath/app/deployment/roll-back.ts'
import type { Endpoint } from '../api-env.ts'
import { deploymentShape } from '../deployment/deployment-shape.ts'
import { answerForId } from '../deployment/read-deployment.ts'
import {
  endpoint,
  placeParam,
  idempotencyHeader,
  json,
  jsonBody,
  reasonShape,
  versionShape,
} from '../endpoint.ts'
import { previewRollback } from './preview-rollback.ts'
import { previewShape } from './preview-shape.ts'
import { refuseOtherUse } from './same-request.ts'

const body = z
  .strictObject({
    release: versionShape.nullable().default(null).openapi({ description: 'Null takes the release before.' }),
    reason: reasonShape.default(''),
    acceptSchema: reasonShape.min(1).nullable().default(null).openapi({
      description: 'Why the newer schema is fine for the older release; needed where the plan says so.',
    }),
    dryRun: z.boolean().default(false),
  })
  .openapi('RollBack')

const route = endpoint({
  method: 'post',
  path: '/v1/environments/{environment}/rollback',
  operationId: 'rollBack',
  tags: ['environment', 'deployment'],
  summary: 'Goes back to a retained release with exactly what it ran with then',
  request: { params: placeParam, headers: idempotencyHeader, body: jsonBody(body) },
  responses: {
    200: json(previewShape, 'With dryRun: what would happen'),
    202: json(deploymentShape, 'The rollback that was asked for'),
  },
})

export const rollBackEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { served, caller } = c.var
    const { environment } = c.req.valid('param')
    const { dryRun, ...asked } = c.req.valid('json')
    if (dryRun)
      return c.json(
        await previewRollback(served, caller, { ...asked, environment, signal: c.req.raw.signal }),
        200,
      )
    const idempotencyKey = c.req.valid('header')['idempotency-key'] ?? null
    const deployment = await rollBack(served.installation, caller, { ...asked, environment, idempotencyKey })
    // A deployment that was on its way is turned round instead: it answers with its own kind and release.
    if (deployment.abort === null)
      refuseOtherUse(deployment, { environment, kind: 'rollback', release: asked.release })
    c.header('location', `/v1/deployments/${deployment.id}`)
    return c.json(await answerForId(served.installation, caller, deployment.id), 202)
  })
}
