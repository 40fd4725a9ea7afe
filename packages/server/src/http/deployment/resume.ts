import { z } from '@hono/zod-openapi'
import { resumeDeployment } from '@towpath/app/deployment/resume.ts'
import type { Endpoint } from '../api-env.ts'
import { deploymentParam, endpoint, json, jsonBody, reasonShape } from '../endpoint.ts'
import { deploymentShape } from './deployment-shape.ts'
import { answerForId } from './read-deployment.ts'

const route = endpoint({
  method: 'post',
  path: '/v1/deployments/{id}/resume',
  operationId: 'resumeDeployment',
  tags: ['deployment'],
  summary: 'Goes on from an inconclusive verdict, by decision of a person',
  request: {
    params: deploymentParam,
    body: jsonBody(z.strictObject({ reason: reasonShape.min(1) }).openapi('ResumeDeployment')),
  },
  responses: { 202: json(deploymentShape, 'The deployment, going on') },
})

export const resumeDeploymentEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { installation } = c.var.served
    const { id } = c.req.valid('param')
    await resumeDeployment(installation, c.var.caller, { deployment: id, reason: c.req.valid('json').reason })
    c.header('location', `/v1/deployments/${id}`)
    return c.json(await answerForId(installation, c.var.caller, id), 202)
  })
}
