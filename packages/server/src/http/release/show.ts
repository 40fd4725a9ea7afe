import { releaseOf } from '@towpath/app/release/release-of.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, versionParam } from '../endpoint.ts'
import { requireRead } from '../read-permission.ts'
import { releaseShape } from './release-shape.ts'

const route = endpoint({
  method: 'get',
  path: '/v1/releases/{version}',
  operationId: 'showRelease',
  tags: ['release'],
  summary: 'One release',
  request: { params: versionParam },
  responses: { 200: json(releaseShape, 'The release') },
})

export const showReleaseEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    requireRead(c.var.caller, null)
    return c.json(await releaseOf(c.var.served.installation, c.req.valid('param').version), 200)
  })
}
