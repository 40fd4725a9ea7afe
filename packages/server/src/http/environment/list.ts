import { hostOf } from '@towpath/domain/fleet/seat.ts'
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
    const { store } = served.installation
    const { items, next } = await storePage(store, environmentView, c.req.valid('query'))
    // A host of an environment is told with it.
    const seen = items.filter(
      ({ state }) => mayRead(caller, state.environment) && hostOf(state.environment) === null,
    )
    return c.json(
      { items: await Promise.all(seen.map((each) => showEnvironment(served.installation, each))), next },
      200,
    )
  })
}
