import { environmentNotFound } from '@towpath/app/environment/environment-not-found.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, placeParam, json } from '../endpoint.ts'
import { requireRead } from '../read-permission.ts'
import { environmentStateShape } from './environment-shape.ts'
import { showEnvironment } from './show-environment.ts'

const route = endpoint({
  method: 'get',
  path: '/v1/environments/{environment}',
  operationId: 'showEnvironment',
  tags: ['environment'],
  summary: 'One environment: live, warm, queue, policy, history, readiness, drift',
  request: { params: placeParam },
  responses: { 200: json(environmentStateShape, 'The environment') },
})

export const showEnvironmentEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { environment } = c.req.valid('param')
    requireRead(c.var.caller, environment)
    const { installation } = c.var.served
    const found = await installation.store.view(environmentView, environment)
    if (found === undefined) throw environmentNotFound(environment)
    return c.json(await showEnvironment(installation, found), 200)
  })
}
