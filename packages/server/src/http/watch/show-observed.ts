import { z } from '@hono/zod-openapi'
import { observedDeployment } from '@towpath/app/watch/observed-deployment.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json } from '../endpoint.ts'
import { requireRead } from '../read-permission.ts'
import { observedIdShape, observedShape, showObserved } from './observed-shape.ts'

const route = endpoint({
  method: 'get',
  path: '/v1/observed-deployments/{id}',
  operationId: 'showObservedDeployment',
  tags: ['watch'],
  summary: "One deployment of the team's own workflow: what changed, what the gates said, how it fared",
  request: { params: z.object({ id: observedIdShape.openapi({ param: { name: 'id', in: 'path' } }) }) },
  responses: { 200: json(observedShape, 'The observed deployment') },
})

export const showObservedEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const state = await observedDeployment(c.var.served.installation, c.req.valid('param').id)
    requireRead(c.var.caller, state.environment)
    return c.json(showObserved(state), 200)
  })
}
