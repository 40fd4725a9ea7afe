import { z } from '@hono/zod-openapi'
import { repairEnvironment } from '@towpath/app/environment/repair.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, placeParam, json, jsonBody } from '../endpoint.ts'

const body = z.strictObject({ dryRun: z.boolean().default(false) }).openapi('RepairEnvironment')

const answer = z
  .strictObject({
    dryRun: z.boolean(),
    done: z.array(z.string()).openapi({ description: 'One sentence each; with dryRun what would be done.' }),
  })
  .openapi('Repair')

const route = endpoint({
  method: 'post',
  path: '/v1/environments/{environment}/repair',
  operationId: 'repairEnvironment',
  tags: ['environment'],
  summary: 'Puts an environment back to what the ledger says',
  description: 'Foreign containers go on running; they only lose the names that the edge holds.',
  request: { params: placeParam, body: jsonBody(body) },
  responses: { 200: json(answer, 'What was done') },
})

export const repairEnvironmentEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { dryRun } = c.req.valid('json')
    const done = await repairEnvironment(c.var.served.installation, c.var.caller, {
      ...c.req.valid('param'),
      dryRun,
    })
    return c.json({ dryRun, done }, 200)
  })
}
