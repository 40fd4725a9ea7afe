import { z } from '@hono/zod-openapi'
import { findingsOf } from '@towpath/app/live-findings/findings-of.ts'
import { stateOf } from '@towpath/app/state-of.ts'
import { hostOf } from '@towpath/domain/fleet/seat.ts'
import { advisoriesId, advisoriesView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { ReportedRelease } from '@towpath/domain/live-findings/live-report.ts'
import { advisoriesShape, showAdvisories } from '../advisory/advisories-shape.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, environmentShape, json, orNull } from '../endpoint.ts'
import { everyView } from '../every-view.ts'
import { mayRead, requireRead } from '../read-permission.ts'
import { environmentFindingsShape } from './finding-shape.ts'

const answer = z
  .strictObject({
    advisories: orNull(advisoriesShape).openapi({ description: 'What all of it was judged by.' }),
    items: z.array(environmentFindingsShape),
  })
  .openapi('Findings')

const route = endpoint({
  method: 'get',
  path: '/v1/findings',
  operationId: 'listFindings',
  tags: ['finding'],
  summary: 'What is known against what is live and what can be gone back to, and since when',
  request: {
    query: z.object({
      environment: environmentShape.optional(),
      live: z.enum(['true', 'false']).default('false').openapi({
        description: 'true: only the release that is live.',
      }),
    }),
  },
  responses: { 200: json(answer, 'By environment') },
})

export const listFindingsEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { environment, live } = c.req.valid('query')
    const { served, caller } = c.var
    requireRead(caller, environment ?? null)
    const { installation } = served
    const names: string[] = []
    if (environment !== undefined) names.push(environment)
    else
      for await (const { state } of everyView(installation.store, environmentView))
        if (hostOf(state.environment) === null && mayRead(caller, state.environment))
          names.push(state.environment)
    const items: z.infer<typeof environmentFindingsShape>[] = []
    for (const name of names.toSorted()) {
      const { releases, incidents, ...about } = await findingsOf(installation, name, {
        liveOnly: live === 'true',
      })
      items.push({
        ...about,
        incidents: incidents.map(({ key: _key, ...one }) => one),
        releases: releases.map(showRelease),
      })
    }
    const advisories = await stateOf(installation.store, advisoriesView, advisoriesId)
    return c.json({ advisories: advisories === undefined ? null : showAdvisories(advisories), items }, 200)
  })
}

const showRelease = ({ findings, unknowns, ...about }: ReportedRelease) => ({
  ...about,
  unknowns: [...unknowns],
  findings: findings.map(({ aliases, services, places, ...finding }) => ({
    ...finding,
    aliases: [...aliases],
    services: [...services],
    places: [...places],
  })),
})
