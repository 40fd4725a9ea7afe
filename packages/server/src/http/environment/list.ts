import { environmentView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, pageOf, pageQuery } from '../endpoint.ts'
import { mayRead, requireRead } from '../read-permission.ts'
import { storePage } from '../store-page.ts'
import { environmentStateShape } from './environment-shape.ts'
import { showEnvironment } from './show-environment.ts'

const route = endpoint({
  method: 'get',
  path: '/v1/environments',
  operationId: 'listEnvironments',
  tags: ['environment'],
  summary: 'Environments that the caller may see',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(environmentStateShape).openapi('EnvironmentPage'), 'One page') },
})

export const listEnvironmentsEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { served, caller } = c.var
    requireRead(caller, null)
    const { items, next } = await storePage(served.installation.store, environmentView, c.req.valid('query'))
    const seen = items.filter(({ state }) => mayRead(caller, state.environment))
    return c.json({ items: seen.map(showEnvironment), next }, 200)
  })
}
