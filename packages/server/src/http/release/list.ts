import { releaseView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, pageOf, pageQuery } from '../endpoint.ts'
import { requireRead } from '../read-permission.ts'
import { releaseShape } from './release-shape.ts'
import { storePage } from '../store-page.ts'

const route = endpoint({
  method: 'get',
  path: '/v1/releases',
  operationId: 'listReleases',
  tags: ['release'],
  summary: 'Releases, newest first',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(releaseShape).openapi('ReleasePage'), 'One page') },
})

export const listReleasesEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    requireRead(c.var.caller, null)
    const { items, next } = await storePage(
      c.var.served.installation.store,
      releaseView,
      c.req.valid('query'),
    )
    return c.json({ items: items.map(({ state }) => state), next }, 200)
  })
}
