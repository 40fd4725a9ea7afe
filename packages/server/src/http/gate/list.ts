import { z } from '@hono/zod-openapi'
import { gates } from '@towpath/domain/gate/gates.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json } from '../endpoint.ts'
import { requireRead } from '../read-permission.ts'
import { gateNameShape } from './gate-shape.ts'

const answer = z
  .strictObject({
    items: z.array(
      z
        .strictObject({
          name: gateNameShape,
          title: z.string(),
          safety: z.boolean().openapi({ description: 'Also asked of a rollback.' }),
        })
        .openapi('Gate'),
    ),
  })
  .openapi('Checklist')

const route = endpoint({
  method: 'get',
  path: '/v1/gates',
  operationId: 'listGates',
  tags: ['gate'],
  summary: 'The pre-deployment checklist, in the order in which it is asked',
  responses: { 200: json(answer, 'The checklist') },
})

export const listGatesEndpoint: Endpoint = (api) => {
  api.openapi(route, (c) => {
    requireRead(c.var.caller, null)
    return c.json({ items: gates.map(({ name, title, safety }) => ({ name, title, safety })) }, 200)
  })
}
