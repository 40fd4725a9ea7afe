import { z } from '@hono/zod-openapi'
import { stateOf } from '@towpath/app/state-of.ts'
import { evidenceView, subjectEvidenceView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, pageOf, pageQuery } from '../endpoint.ts'
import { requireRead } from '../read-permission.ts'
import { storePage } from '../store-page.ts'
import { commitShape, evidenceShape, imageDigestShape, showEvidence } from './evidence-shape.ts'

const route = endpoint({
  method: 'get',
  path: '/v1/evidence',
  operationId: 'listEvidence',
  tags: ['evidence'],
  summary: 'Evidence, newest first; of one commit or image where it is named',
  request: {
    query: pageQuery.extend({
      subject: z
        .union([commitShape, imageDigestShape])
        .optional()
        .openapi({ description: 'A commit or an image digest: the newest of each kind, all in one page.' }),
    }),
  },
  responses: { 200: json(pageOf(evidenceShape).openapi('EvidencePage'), 'One page') },
})

export const listEvidenceEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    requireRead(c.var.caller, null)
    const { store } = c.var.served.installation
    const { subject, ...query } = c.req.valid('query')
    if (subject !== undefined) {
      const records = (await stateOf(store, subjectEvidenceView, subject))?.records ?? []
      return c.json({ items: records.map(showEvidence), next: null }, 200)
    }
    const { items, next } = await storePage(store, evidenceView, query)
    return c.json({ items: items.map(({ state }) => showEvidence(state)), next }, 200)
  })
}
