import { z } from '@hono/zod-openapi'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { EventFilter } from '@towpath/store/ledger/read-events.ts'
import type { Endpoint, Served } from '../api-env.ts'
import { endpoint } from '../endpoint.ts'
import { withHeartbeat } from '../heartbeat.ts'
import { streamText } from '../stream-text.ts'
import { eventScope, filterFor, seqShape } from './event-scope.ts'
import { showEvent } from './event-shape.ts'

const heartbeatMs = 15_000
const reconnectMs = 1_000

const query = z.object({
  after: seqShape
    .optional()
    .openapi({ description: 'Begin after this seq; without it, after the present head.' }),
  ...eventScope,
})
const headers = z.object({
  'last-event-id': seqShape
    .optional()
    .openapi({ description: 'Sent by a client that connects again; wins over after.' }),
})

const route = endpoint({
  method: 'get',
  path: '/v1/stream',
  operationId: 'streamEvents',
  tags: ['ledger'],
  summary: 'Events as they happen (server-sent events)',
  description:
    'id is the seq in the ledger, event its type, data the event as JSON. Every event after the given one comes once and in order; a comment comes every 15 seconds at least.',
  request: { query, headers },
  responses: {
    200: { description: 'An open stream', content: { 'text/event-stream': { schema: z.string() } } },
  },
})

export const streamEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { served, caller } = c.var
    const { after: asked, ...scope } = c.req.valid('query')
    const filter = await filterFor(served.installation, caller, scope)
    const after =
      c.req.valid('header')['last-event-id'] ?? asked ?? (await served.installation.store.head()).seq
    const body = streamText(served, (signal) => frames(served, { after, filter, signal }))
    return c.body(body, 200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
  })
}

/** The id and the event's name have no line breaks: the one is a number, the other one of our own words. */
async function* frames(
  { installation }: Served,
  from: { after: number; filter: EventFilter; signal: AbortSignal },
): AsyncGenerator<string> {
  yield `retry: ${reconnectMs}\n\n`
  const events = installation.store.follow(from)
  for await (const event of withHeartbeat<LedgerEvent | null>(events, { everyMs: heartbeatMs, beat: null })) {
    if (from.signal.aborted) return
    yield event === null ? ': open\n\n' : frameOf(event)
  }
}

const frameOf = (event: LedgerEvent): string =>
  `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(showEvent(event))}\n\n`
