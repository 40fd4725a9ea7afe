import { z } from '@hono/zod-openapi'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, numberText } from '../endpoint.ts'
import { eventScope, filterFor, seqShape } from './event-scope.ts'
import { eventShape, showEvent } from './event-shape.ts'

const query = z.object({
  after: seqShape.default(0),
  limit: numberText(1, 1_000).default(100),
  order: z.enum(['oldest', 'newest']).default('oldest'),
  before: seqShape.optional(),
  ...eventScope,
})

const answer = z
  .strictObject({
    items: z.array(eventShape),
    next: z
      .int()
      .nullable()
      .openapi({ description: 'Seq of the last item where there may be more, else null.' }),
  })
  .openapi('EventPage')

const route = endpoint({
  method: 'get',
  path: '/v1/ledger/events',
  operationId: 'listEvents',
  tags: ['ledger'],
  summary: 'Events of the ledger, page by page',
  description: 'The next page begins `after` (order oldest) or `before` (order newest) the seq in `next`.',
  request: { query },
  responses: { 200: json(answer, 'One page') },
})

export const listEventsEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { installation } = c.var.served
    const { after, before, limit, order, ...scope } = c.req.valid('query')
    const filter = await filterFor(installation, c.var.caller, scope)
    const range = { after, ...(before === undefined ? {} : { before }) }
    const events = await installation.store.readEvents({ ...filter, ...range, limit, order })
    const next = events.length < limit ? null : (events.at(-1)?.seq ?? null)
    return c.json({ items: events.map(showEvent), next }, 200)
  })
}
