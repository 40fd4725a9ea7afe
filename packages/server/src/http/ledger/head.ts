import { z } from '@hono/zod-openapi'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, timeShape } from '../endpoint.ts'
import { requireRead } from '../read-permission.ts'
import { seqShape } from './event-scope.ts'

const signedHead = z
  .strictObject({
    installation: z.string(),
    seq: z.int(),
    hash: z.string(),
    at: timeShape,
    signature: z.string().openapi({ description: 'Ed25519, base64.' }),
  })
  .openapi('SignedHead')

const answer = z
  .strictObject({
    head: signedHead,
    publicKey: z.string().openapi({ description: 'PEM; the one the ledger was opened with.' }),
    remembered: z.strictObject({ seq: z.int(), hash: z.string().nullable() }).nullable().openapi({
      description: 'The hash at the seq that was asked for; null where the ledger has none there.',
    }),
  })
  .openapi('LedgerHead')

const route = endpoint({
  method: 'get',
  path: '/v1/ledger/head',
  operationId: 'showHead',
  tags: ['ledger'],
  summary: 'The signed head of the ledger, and the hash at a place that the caller remembers',
  request: { query: z.object({ remembered: seqShape.optional() }) },
  responses: { 200: json(answer, 'The head') },
})

export const showHeadEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    requireRead(c.var.caller, null)
    const { installation, ledger } = c.var.served
    const { remembered } = c.req.valid('query')
    const head = await installation.store.head()
    const hash = remembered === undefined ? null : ((await installation.store.hashAt(remembered)) ?? null)
    return c.json(
      {
        head: ledger.signHead({ ...head, at: installation.now() }),
        publicKey: ledger.publicKeyPem,
        remembered: remembered === undefined ? null : { seq: remembered, hash },
      },
      200,
    )
  })
}
