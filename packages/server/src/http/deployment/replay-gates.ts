import { z } from '@hono/zod-openapi'
import { replayGates } from '@towpath/app/gate/replay.ts'
import type { Endpoint } from '../api-env.ts'
import { deploymentParam, endpoint, json } from '../endpoint.ts'
import { gateResultShape, showGateResult } from '../gate/gate-shape.ts'
import { readDeployment } from './read-deployment.ts'

const answer = z
  .strictObject({
    recorded: z.array(gateResultShape),
    replayed: z.array(gateResultShape),
    differing: z
      .array(z.string())
      .openapi({ description: 'Gates that answer otherwise today, given the same facts.' }),
    passed: z.boolean(),
  })
  .openapi('GateReplay')

const route = endpoint({
  method: 'post',
  path: '/v1/deployments/{id}/gates/replay',
  operationId: 'replayGates',
  tags: ['deployment', 'gate'],
  summary: "Asks today's gates about the facts that were stored then",
  description: 'Changes nothing.',
  request: { params: deploymentParam },
  responses: { 200: json(answer, 'Both sets of answers') },
})

export const replayGatesEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { installation } = c.var.served
    const { state } = await readDeployment(installation, c.var.caller, c.req.valid('param').id)
    const replay = await replayGates(installation, state.id)
    return c.json(
      {
        recorded: replay.recorded.map(showGateResult),
        replayed: replay.replayed.map(showGateResult),
        differing: replay.differing,
        passed: replay.passed,
      },
      200,
    )
  })
}
