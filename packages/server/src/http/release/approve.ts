import { z } from '@hono/zod-openapi'
import { approveRelease } from '@towpath/app/release/approve.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, environmentShape, json, jsonBody, reasonShape, versionParam } from '../endpoint.ts'

const body = z
  .strictObject({ environment: environmentShape, reason: reasonShape.default('') })
  .openapi('ApproveRelease')

const answer = z
  .strictObject({
    release: z.string(),
    environment: z.string(),
    approvals: z.array(z.string()).openapi({ description: 'Who approved it for that environment so far.' }),
  })
  .openapi('Approvals')

const route = endpoint({
  method: 'post',
  path: '/v1/releases/{version}/approvals',
  operationId: 'approveRelease',
  tags: ['release'],
  summary: 'Approves a release for one environment',
  description: 'Once per principal, and never by its author.',
  request: { params: versionParam, body: jsonBody(body) },
  responses: { 201: json(answer, 'Who approved it so far') },
})

export const approveReleaseEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { environment, reason } = c.req.valid('json')
    const release = c.req.valid('param').version
    const approvals = await approveRelease(c.var.served.installation, c.var.caller, {
      release,
      environment,
      reason,
    })
    return c.json({ release, environment, approvals }, 201)
  })
}
