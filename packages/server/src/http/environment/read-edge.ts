import { z } from '@hono/zod-openapi'
import { placeState } from '@towpath/app/fleet/members.ts'
import { performingFor } from '@towpath/app/runner/performing-for.ts'
import type { Installation } from '@towpath/app/installation.ts'
import { stateOf } from '@towpath/app/state-of.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, placeParam, json } from '../endpoint.ts'
import { requireRead } from '../read-permission.ts'

const count = z.int()

const slotShape = z
  .strictObject({
    service: z.string(),
    slot: z.string(),
    health: z.enum(['up', 'down', 'starting', 'off']),
    role: z.enum(['live', 'candidate', 'backup', 'draining', 'off']),
    weight: count,
    sessions: count.openapi({ description: 'Requests or streams in flight.' }),
    requests: count,
    answered: z.strictObject({ '2xx': count, '3xx': count, '4xx': count, '5xx': count }),
    connectErrors: count,
    responseErrors: count,
    retries: count,
    lastProbe: z.string(),
  })
  .openapi('EdgeSlot')

const answer = z.strictObject({ edge: z.string(), slots: z.array(slotShape) }).openapi('EdgeStatus')

const route = endpoint({
  method: 'get',
  path: '/v1/environments/{environment}/edge',
  operationId: 'readEdge',
  tags: ['environment'],
  summary: 'What the running edge says of every slot; counters since its last start or reload',
  request: { params: placeParam },
  responses: { 200: json(answer, 'The edge') },
})

export const readEdgeEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { installation, closing } = c.var.served
    const { environment } = c.req.valid('param')
    requireRead(c.var.caller, environment)
    const deployment = await onTheHost(installation, environment)
    const signal = AbortSignal.any([c.req.raw.signal, closing])
    const { edge, edgeSpec } = await performingFor(installation, deployment, signal)
    return c.json({ edge: edgeSpec.name, slots: await edge.status(edgeSpec) }, 200)
  })
}

/** The deployment that is at work, else the live one: either knows the edge. Of several hosts, the first's. */
async function onTheHost({ store }: Installation, environment: string): Promise<Deployment> {
  const state = await placeState(store, environment)
  const id = state?.active ?? state?.live?.deployment
  const deployment = id === undefined ? undefined : await stateOf(store, deploymentView, id)
  if (deployment !== undefined) return deployment
  throw new TowpathError({
    code: 'EDGE_NOT_FOUND',
    kind: 'not-found',
    message: `${environment} has no edge yet: nothing is live there, and nothing is on its way.`,
    hint: `The first deployment starts one: towpath deploy VERSION -e ${environment}. Nothing was changed.`,
  })
}
