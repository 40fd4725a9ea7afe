import { z } from '@hono/zod-openapi'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, jsonBody } from '../endpoint.ts'
import { placesFor } from '../places.ts'
import { requireReadEverywhere } from '../read-permission.ts'

const headShape = z.strictObject({ seq: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) })

const body = z
  .strictObject({
    heads: z
      .array(headShape)
      .max(1_000)
      .default([])
      .openapi({ description: 'Heads that the caller remembers.' }),
  })
  .openapi('VerifyLedger')

const verdict = z
  .discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), events: z.int(), head: headShape, headsCompared: z.int() }),
    z.strictObject({
      ok: z.literal(false),
      seq: z.int().openapi({ description: 'The first event that is not what it was.' }),
      problem: z.enum(['changed', 'removed', 'inserted', 'reordered', 'truncated', 'rewritten']),
      message: z.string(),
    }),
  ])
  .openapi('LedgerVerdict')

const route = endpoint({
  method: 'post',
  path: '/v1/ledger/verify',
  operationId: 'verifyLedger',
  tags: ['ledger'],
  summary: 'Proves that every event is what was appended, or names the first that is not',
  description: 'Changes nothing. One at a time: it reads the whole ledger.',
  request: { body: jsonBody(body) },
  responses: { 200: json(verdict, 'The verdict') },
})

export const verifyLedgerEndpoint: Endpoint = (api) => {
  const turn = placesFor(1)
  api.openapi(route, async (c) => {
    requireReadEverywhere(c.var.caller)
    const { installation, ledger } = c.var.served
    if (turn.taken() > 0) throw verifying()
    const leave = turn.take()
    try {
      const { heads } = c.req.valid('json')
      const options = { expectedHeads: heads, publicKeyPem: ledger.publicKeyPem }
      return c.json(await installation.store.verify(options), 200)
    } finally {
      leave()
    }
  })
}

const verifying = (): TowpathError =>
  new TowpathError({
    code: 'LEDGER_VERIFY_RUNNING',
    kind: 'locked',
    message: 'The ledger is being verified already.',
    hint: 'Ask again when that is done. Nothing was changed.',
    retryable: true,
  })
