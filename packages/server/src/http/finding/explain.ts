import { z } from '@hono/zod-openapi'
import { findingCauses } from '@towpath/domain/live-findings/live-finding.ts'
import { findingStory } from '@towpath/domain/live-findings/finding-story.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, timeShape } from '../endpoint.ts'
import { mayRead, requireRead } from '../read-permission.ts'

/** Newest events that are looked through. */
const eventsMax = 1_000

const idShape = z.string().regex(/^[^\p{Cc}\s]{1,200}$/u)

const answer = z
  .strictObject({
    id: z.string(),
    story: z.array(
      z
        .strictObject({
          seq: z.int(),
          at: timeShape,
          environment: z.string(),
          release: z.string(),
          type: z.string(),
          cause: z.enum(findingCauses).nullable(),
          says: z.string(),
        })
        .openapi('FindingStoryLine', {
          example: {
            ...{ seq: 412, at: '2026-03-01T10:00:00.000Z', environment: 'production', release: '1.4.0' },
            ...{ type: 'findings.changed', cause: 'data' },
            says: 'appeared: time 0.3.41, medium, blocks, by data',
          },
        }),
    ),
  })
  .openapi('FindingExplanation')

const route = endpoint({
  method: 'get',
  path: '/v1/findings/{id}/explain',
  operationId: 'explainFinding',
  tags: ['finding'],
  summary:
    'What became of an advisory in every environment that the caller may see, each line with its event',
  request: { params: z.object({ id: idShape.openapi({ param: { name: 'id', in: 'path' } }) }) },
  responses: { 200: json(answer, 'Its story, oldest first; of the newest thousand events of findings') },
})

export const explainFindingEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    requireRead(c.var.caller, null)
    const { id } = c.req.valid('param')
    const events = await c.var.served.installation.store.readEvents({
      types: ['findings.changed', 'alert.fired', 'incident.detected', 'incident.resolved'],
      order: 'newest',
      limit: eventsMax,
    })
    const seen = events.filter(({ environment = '' }) => mayRead(c.var.caller, environment)).toReversed()
    return c.json({ id, story: findingStory(seen, id) }, 200)
  })
}
