import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, placeShape, json, pageOf, pageQuery } from '../endpoint.ts'
import { mayRead, requireRead } from '../read-permission.ts'
import { storePage } from '../store-page.ts'
import { summaryShape } from './deployment-shape.ts'
import { showSummary } from './show-deployment.ts'

const route = endpoint({
  method: 'get',
  path: '/v1/deployments',
  operationId: 'listDeployments',
  tags: ['deployment'],
  summary: 'Deployments, newest first',
  description:
    'A page may hold fewer than `limit`: what the caller may not see and other environments are left out.',
  request: { query: pageQuery.extend({ environment: placeShape.optional() }) },
  responses: { 200: json(pageOf(summaryShape).openapi('DeploymentPage'), 'One page') },
})

export const listDeploymentsEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { environment, ...page } = c.req.valid('query')
    const { served, caller } = c.var
    requireRead(caller, environment ?? null)
    const { items, next } = await storePage(served.installation.store, deploymentView, page)
    const wanted = items.filter(
      ({ state }) =>
        mayRead(caller, state.environment) &&
        (environment === undefined || environment === state.environment),
    )
    return c.json({ items: wanted.map(showSummary), next }, 200)
  })
}
