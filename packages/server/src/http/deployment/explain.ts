import { z } from '@hono/zod-openapi'
import { describeEvent } from '@towpath/domain/ledger/describe-event.ts'
import type { Endpoint } from '../api-env.ts'
import { deploymentParam, endpoint, json, timeShape } from '../endpoint.ts'
import { deploymentShape } from './deployment-shape.ts'
import { answerFor, readDeployment } from './read-deployment.ts'

/** Far more than the steps of any deployment lead to. */
const eventsMax = 1_000

const answer = z
  .strictObject({
    deployment: deploymentShape,
    story: z.array(
      z
        .strictObject({ seq: z.int(), at: timeShape, actor: z.string(), type: z.string(), says: z.string() })
        .openapi('StoryLine'),
    ),
  })
  .openapi('Explanation')

const route = endpoint({
  method: 'get',
  path: '/v1/deployments/{id}/explain',
  operationId: 'explainDeployment',
  tags: ['deployment'],
  summary: 'How a deployment went: who asked, what the gates said, each step, how it ended',
  request: { params: deploymentParam },
  responses: { 200: json(answer, 'Its story, each line with its event in the ledger') },
})

export const explainDeploymentEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { installation } = c.var.served
    const { id } = c.req.valid('param')
    const deployment = await readDeployment(installation, c.var.caller, id)
    const events = await installation.store.readEvents({ deployment: id, limit: eventsMax })
    const story = events.map((event) => {
      const { seq, at, actor, type } = event
      return { seq, at, actor, type, says: describeEvent(event) }
    })
    return c.json({ deployment: await answerFor(installation, deployment), story }, 200)
  })
}
