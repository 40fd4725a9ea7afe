import { z } from '@hono/zod-openapi'
import { abortDeployment } from '@towpath/app/deployment/abort.ts'
import type { Endpoint } from '../api-env.ts'
import { deploymentParam, endpoint, json, jsonBody, reasonShape } from '../endpoint.ts'
import { deploymentShape } from './deployment-shape.ts'
import { answerForId } from './read-deployment.ts'

const route = endpoint({
  method: 'post',
  path: '/v1/deployments/{id}/abort',
  operationId: 'abortDeployment',
  tags: ['deployment'],
  summary: 'Turns a deployment that waits or runs round',
  request: {
    params: deploymentParam,
    body: jsonBody(z.strictObject({ reason: reasonShape.default('') }).openapi('AbortDeployment')),
  },
  responses: { 202: json(deploymentShape, 'The deployment, going back') },
})

export const abortDeploymentEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { installation } = c.var.served
    const { id } = c.req.valid('param')
    await abortDeployment(installation, c.var.caller, { deployment: id, reason: c.req.valid('json').reason })
    c.header('location', `/v1/deployments/${id}`)
    return c.json(await answerForId(installation, c.var.caller, id), 202)
  })
}
