import { z } from '@hono/zod-openapi'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint, Served } from '../api-env.ts'
import { endpoint, json } from '../endpoint.ts'

const databaseDeadlineMs = 2_000

const health = z
  .strictObject({
    status: z.enum(['ok', 'failing']),
    database: z.boolean().openapi({ description: 'The state database answers.' }),
    controller: z.boolean().openapi({ description: 'This process holds the controller lock.' }),
  })
  .openapi('Health')

const route = endpoint({
  method: 'get',
  path: '/healthz',
  operationId: 'showHealth',
  tags: ['health'],
  summary: 'Whether the server can do its work',
  security: [],
  responses: { 200: json(health, 'It can'), 503: json(health, 'It cannot') },
})

export const showHealthEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { served } = c.var
    const database = await answers(served)
    const controller = served.holdsLock()
    if (database && controller) return c.json({ status: 'ok' as const, database, controller }, 200)
    return c.json({ status: 'failing' as const, database, controller }, 503)
  })
}

async function answers({ installation }: Served): Promise<boolean> {
  const settled = new AbortController()
  const asked = installation.store.head().then(
    () => true,
    () => false,
  )
  const late = sleep(databaseDeadlineMs, false, { signal: settled.signal }).catch(() => false)
  const answer = await Promise.race([asked, late])
  settled.abort()
  return answer
}
