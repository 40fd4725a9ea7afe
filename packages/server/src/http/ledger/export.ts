import { z } from '@hono/zod-openapi'
import type { Store } from '@towpath/store/store.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, ndjson } from '../endpoint.ts'
import { requireAdmin } from '../read-permission.ts'
import { streamText } from '../stream-text.ts'
import { seqShape } from './event-scope.ts'

const row = z
  .strictObject({
    seq: z.int(),
    prev: z.string(),
    hash: z.string().openapi({ description: 'Hex SHA-256 over prev (32 bytes) and body (UTF-8).' }),
    body: z.string().openapi({ description: 'The exact text that was hashed.' }),
  })
  .openapi('LedgerRow')

const route = endpoint({
  method: 'get',
  path: '/v1/ledger/export',
  operationId: 'exportLedger',
  tags: ['ledger'],
  summary: 'Every row of the ledger, one JSON object a line',
  description:
    'For admins: the rows are what was hashed, unshortened, so they hold the hashes of tokens (each of 256 random bits).',
  request: { query: z.object({ after: seqShape.default(0) }) },
  responses: {
    200: { description: 'Rows in order', content: { [ndjson]: { schema: row } } },
  },
})

export const exportLedgerEndpoint: Endpoint = (api) => {
  api.openapi(route, (c) => {
    const { served, caller } = c.var
    requireAdmin(caller, 'export the ledger')
    const { after } = c.req.valid('query')
    const body = streamText(served, () => rowLines(served.installation.store, after))
    return c.body(body, 200, { 'content-type': ndjson, 'cache-control': 'no-store' })
  })
}

async function* rowLines(store: Store, after: number): AsyncGenerator<string> {
  for await (const { seq, prev, hash, body } of store.streamRows(after))
    yield `${JSON.stringify({ seq, prev, hash, body })}\n`
}
