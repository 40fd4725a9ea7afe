import { z } from '@hono/zod-openapi'
import { evidenceOf } from '@towpath/app/evidence/open-evidence.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json } from '../endpoint.ts'
import { requireRead } from '../read-permission.ts'
import { evidenceIdShape, evidenceShape, showEvidence } from './evidence-shape.ts'

const bundle = z
  .strictObject({
    evidence: evidenceShape,
    envelope: z.base64().openapi({ description: 'DSSE around an in-toto statement, as it was signed.' }),
    document: z.base64().openapi({ description: 'The document as it came.' }),
    publicKey: z
      .string()
      .openapi({ description: 'PEM; trust it only if it is the one you know this installation by.' }),
  })
  .openapi('EvidenceBundle')

const route = endpoint({
  method: 'get',
  path: '/v1/evidence/{id}',
  operationId: 'showEvidence',
  tags: ['evidence'],
  summary: 'Evidence with its document and its signature: all it takes to check it anywhere',
  request: {
    params: z.object({ id: evidenceIdShape.openapi({ param: { name: 'id', in: 'path' } }) }),
  },
  responses: { 200: json(bundle, 'The evidence') },
})

export const showEvidenceEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    requireRead(c.var.caller, null)
    const { installation, ledger } = c.var.served
    const { record, envelope, document } = await evidenceOf(installation, c.req.valid('param').id)
    return c.json(
      {
        evidence: showEvidence(record),
        envelope: Buffer.from(envelope).toString('base64'),
        document: Buffer.from(document).toString('base64'),
        publicKey: ledger.publicKeyPem,
      },
      200,
    )
  })
}
