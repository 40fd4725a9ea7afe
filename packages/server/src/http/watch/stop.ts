import { z } from '@hono/zod-openapi'
import { stopWatch } from '@towpath/app/watch/start-watch.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, environmentParam, json, jsonBody, reasonShape } from '../endpoint.ts'

const body = z.strictObject({ reason: reasonShape.default('') }).openapi('StopWatch')

const answer = z
  .strictObject({ stopped: z.boolean().openapi({ description: 'False where nobody watched.' }) })
  .openapi('WatchStopped')

const route = endpoint({
  method: 'post',
  path: '/v1/environments/{environment}/watch/stop',
  operationId: 'stopWatch',
  tags: ['watch'],
  summary: 'Ends the watch of an environment; what it recorded stays',
  request: { params: environmentParam, body: jsonBody(body) },
  responses: { 200: json(answer, 'Whether anybody watched') },
})

export const stopWatchEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const stopped = await stopWatch(c.var.served.installation, c.var.caller, {
      ...c.req.valid('param'),
      ...c.req.valid('json'),
    })
    return c.json(stopped, 200)
  })
}
