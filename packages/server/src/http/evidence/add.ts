import { z } from '@hono/zod-openapi'
import { addEvidence } from '@towpath/app/evidence/add-evidence.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, jsonBody } from '../endpoint.ts'
import {
  commitShape,
  evidenceKindShape,
  evidenceShape,
  imageDigestShape,
  showEvidence,
} from './evidence-shape.ts'

const body = z
  .strictObject({
    document: z.base64().openapi({ description: 'The file as it is, in base64.' }),
    name: z.string().regex(/^[^\p{Cc}]{1,200}$/u),
    subject: z.union([z.strictObject({ commit: commitShape }), z.strictObject({ image: imageDigestShape })]),
    kind: evidenceKindShape.nullable().default(null).openapi({
      description:
        'Absent: by its content. SARIF may stand for secrets or pinning, and only its bringer knows.',
    }),
  })
  .openapi('AddEvidence')

const route = endpoint({
  method: 'post',
  path: '/v1/evidence',
  operationId: 'addEvidence',
  tags: ['evidence'],
  summary: 'Takes what a check says of a commit or image, signs it and keeps it',
  description:
    'Results of Towpath, SARIF 2.1.0, CycloneDX, JUnit, OpenVEX and Sigstore bundles. The same document for the same subject is taken once.',
  request: { body: jsonBody(body) },
  responses: { 201: json(evidenceShape, 'What was recorded') },
})

export const addEvidenceEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { document, ...input } = c.req.valid('json')
    const record = await addEvidence(c.var.served.installation, c.var.caller, {
      ...input,
      document: Buffer.from(document, 'base64'),
    })
    c.header('location', `/v1/evidence/${record.id}`)
    return c.json(showEvidence(record), 201)
  })
}
