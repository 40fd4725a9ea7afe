import { z } from '@hono/zod-openapi'
import { waiveGate } from '@towpath/app/gate/waive.ts'
import type { Endpoint } from '../api-env.ts'
import {
  endpoint,
  environmentParam,
  json,
  jsonBody,
  reasonShape,
  timeShape,
  versionShape,
} from '../endpoint.ts'
import { gateNameShape, waiverShape } from '../gate/gate-shape.ts'

const body = z
  .strictObject({
    gate: gateNameShape,
    release: versionShape.nullable().default(null),
    owner: z.string().min(1).max(200).openapi({ description: 'Who answers for it.' }),
    reason: reasonShape.min(1),
    expiresAt: timeShape,
  })
  .openapi('WaiveGate')

const route = endpoint({
  method: 'post',
  path: '/v1/environments/{environment}/waivers',
  operationId: 'waiveGate',
  tags: ['environment', 'gate'],
  summary: 'Lets one gate through until a time; its own answer stays visible under the waiver',
  request: { params: environmentParam, body: jsonBody(body) },
  responses: { 201: json(waiverShape, 'The waiver') },
})

export const waiveGateEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { gate, owner, reason, expiresAt, release } = await waiveGate(
      c.var.served.installation,
      c.var.caller,
      {
        ...c.req.valid('param'),
        ...c.req.valid('json'),
      },
    )
    return c.json({ gate, owner, reason, expiresAt, release }, 201)
  })
}
