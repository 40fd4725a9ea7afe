import { z } from '@hono/zod-openapi'
import { releaseOf } from '@towpath/app/release/release-of.ts'
import { environmentFindingsView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, versionParam } from '../endpoint.ts'
import { everyView } from '../every-view.ts'
import { findingsCounts } from '../finding/finding-shape.ts'
import { mayRead, requireRead } from '../read-permission.ts'
import { releaseShape } from './release-shape.ts'

const shownShape = releaseShape
  .extend({
    findings: z
      .array(z.strictObject({ environment: z.string(), ...findingsCounts }))
      .openapi({ description: 'What is known against it where it is live or can be gone back to.' }),
  })
  .openapi('ReleaseShown')

const route = endpoint({
  method: 'get',
  path: '/v1/releases/{version}',
  operationId: 'showRelease',
  tags: ['release'],
  summary: 'One release, and what is known against it where it is kept',
  request: { params: versionParam },
  responses: { 200: json(shownShape, 'The release') },
})

export const showReleaseEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    requireRead(c.var.caller, null)
    const { installation } = c.var.served
    const release = await releaseOf(installation, c.req.valid('param').version)
    const findings: z.infer<typeof shownShape>['findings'] = []
    for await (const { state } of everyView(installation.store, environmentFindingsView)) {
      const counted = state.releases.find((one) => one.release === release.version)
      if (counted === undefined || !mayRead(c.var.caller, state.environment)) continue
      const { release: _release, ...counts } = counted
      findings.push({ environment: state.environment, ...counts })
    }
    return c.json({ ...release, findings }, 200)
  })
}
