import { principalView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, pageOf, pageQuery } from '../endpoint.ts'
import { requireAdmin } from '../read-permission.ts'
import { storePage } from '../store-page.ts'
import { principalShape, showPrincipal } from './principal-shape.ts'

const route = endpoint({
  method: 'get',
  path: '/v1/principals',
  operationId: 'listPrincipals',
  tags: ['principal'],
  summary: 'Principals, newest first',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(principalShape).openapi('PrincipalPage'), 'One page') },
})

export const listPrincipalsEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    requireAdmin(c.var.caller, 'list principals')
    const { items, next } = await storePage(
      c.var.served.installation.store,
      principalView,
      c.req.valid('query'),
    )
    return c.json({ items: items.map(({ state }) => showPrincipal(state)), next }, 200)
  })
}
