import { z } from '@hono/zod-openapi'
import { takeOver } from '@towpath/app/environment/take-over.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, jsonBody } from '../endpoint.ts'

const body = z.strictObject({ reason: z.string().min(1).max(1_000) }).openapi('TakeOver')

const answer = z
  .strictObject({
    host: z.string().openapi({ description: 'The host that had refused.' }),
    fence: z.int().openapi({ description: 'Controllers up to this fence are taken over from.' }),
    seq: z
      .int()
      .nullable()
      .openapi({ description: 'The event that the host knew and this ledger does not.' }),
  })
  .openapi('TakenOver')

const route = endpoint({
  method: 'post',
  path: '/v1/ledger/take-over',
  operationId: 'takeOver',
  tags: ['ledger'],
  summary: 'Goes on with this ledger although a host knows more',
  description:
    'After a backup was restored on purpose. A controller that knew more ends at its next act on a host.',
  request: { body: jsonBody(body) },
  responses: { 200: json(answer, 'Taken over') },
})

export const takeOverEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { installation } = c.var.served
    const { host, fence, seq } = await takeOver(installation, c.var.caller, c.req.valid('json'))
    return c.json({ host, fence, seq }, 200)
  })
}
