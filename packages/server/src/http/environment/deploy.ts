import { z } from '@hono/zod-openapi'
import { deployRelease } from '@towpath/app/deployment/deploy-release.ts'
import type { Endpoint } from '../api-env.ts'
import { deploymentShape } from '../deployment/deployment-shape.ts'
import { answerForId } from '../deployment/read-deployment.ts'
import {
  endpoint,
  environmentParam,
  idempotencyHeader,
  json,
  jsonBody,
  reasonShape,
  versionShape,
} from '../endpoint.ts'
import { previewDeploy } from './preview-deploy.ts'
import { alreadyLiveShape, previewShape } from './preview-shape.ts'
import { refuseOtherUse } from './same-request.ts'

const body = z
  .strictObject({
    release: versionShape,
    kind: z.enum(['deploy', 'promote']).default('deploy'),
    reason: reasonShape.default(''),
    dryRun: z.boolean().default(false),
    replaceEdge: z.boolean().default(false).openapi({
      description: 'Takes on the short interruption of a new edge, where the release needs one.',
    }),
  })
  .openapi('DeployRelease')

const route = endpoint({
  method: 'post',
  path: '/v1/environments/{environment}/deployments',
  operationId: 'deployRelease',
  tags: ['environment', 'deployment'],
  summary: 'Asks for a release in an environment',
  description: 'The deployment goes on by itself: follow it at its location or on the stream.',
  request: { params: environmentParam, headers: idempotencyHeader, body: jsonBody(body) },
  responses: {
    200: json(
      z.union([previewShape, alreadyLiveShape]),
      'With dryRun: what would happen. Or it is live already: nothing is to be done, and nothing was recorded',
    ),
    202: json(deploymentShape, 'The deployment that was asked for'),
  },
})

export const deployReleaseEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { served, caller } = c.var
    const { environment } = c.req.valid('param')
    const { dryRun, ...asked } = c.req.valid('json')
    if (dryRun)
      return c.json(
        await previewDeploy(served, caller, { ...asked, environment, signal: c.req.raw.signal }),
        200,
      )
    const idempotencyKey = c.req.valid('header')['idempotency-key'] ?? null
    const deployment = await deployRelease(served.installation, caller, {
      ...asked,
      environment,
      idempotencyKey,
    })
    if ('alreadyLive' in deployment) return c.json(deployment, 200)
    refuseOtherUse(deployment, { environment, kind: asked.kind, release: asked.release })
    c.header('location', `/v1/deployments/${deployment.id}`)
    return c.json(await answerForId(served.installation, caller, deployment.id), 202)
  })
}
