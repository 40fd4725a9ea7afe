import { observedView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, environmentShape, json, pageOf, pageQuery } from '../endpoint.ts'
import { mayRead, requireRead } from '../read-permission.ts'
import { storePage } from '../store-page.ts'
import { observedShape, showObserved } from './observed-shape.ts'

const route = endpoint({
  method: 'get',
  path: '/v1/observed-deployments',
  operationId: 'listObservedDeployments',
  tags: ['watch'],
  summary: "Deployments of the team's own workflow and what would have become of them, newest first",
  description:
    'A page may hold fewer than `limit`: what the caller may not see and other environments are left out.',
  request: { query: pageQuery.extend({ environment: environmentShape.optional() }) },
  responses: { 200: json(pageOf(observedShape).openapi('ObservedDeploymentPage'), 'One page') },
})

export const listObservedEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { environment, ...page } = c.req.valid('query')
    const { served, caller } = c.var
    requireRead(caller, environment ?? null)
    const { items, next } = await storePage(served.installation.store, observedView, page)
    const wanted = items.filter(
      ({ state }) =>
        mayRead(caller, state.environment) &&
        (environment === undefined || environment === state.environment),
    )
    return c.json({ items: wanted.map(({ state }) => showObserved(state)), next }, 200)
  })
}
