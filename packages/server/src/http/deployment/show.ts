import { z } from '@hono/zod-openapi'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint, Served } from '../api-env.ts'
import { deploymentParam, endpoint, json } from '../endpoint.ts'
import { deploymentShape } from './deployment-shape.ts'
import { answerForId, readDeployment } from './read-deployment.ts'

/** However long the caller would wait, the ledger is looked at again after this time: rings may get lost. */
const lookAgainMs = 1_000

const query = z.object({
  wait: z
    .string()
    .regex(/^(?:[1-9]|[1-5][0-9]|60)s$/)
    .optional()
    .openapi({ description: 'Answer when it is finished, or after this time (1s to 60s).', example: '30s' }),
})

const route = endpoint({
  method: 'get',
  path: '/v1/deployments/{id}',
  operationId: 'showDeployment',
  tags: ['deployment'],
  summary: 'One deployment',
  request: { params: deploymentParam, query },
  responses: { 200: json(deploymentShape, 'The deployment') },
})

export const showDeploymentEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { served, caller } = c.var
    const { id } = c.req.valid('param')
    const { wait } = c.req.valid('query')
    await readDeployment(served.installation, caller, id)
    if (wait !== undefined)
      await awaitEnd(served, id, { waitMs: Number.parseInt(wait) * 1_000, signal: c.req.raw.signal })
    return c.json(await answerForId(served.installation, caller, id), 200)
  })
}

/** Resolves when the deployment is finished, the time is over, the caller is gone, or the server stops. */
async function awaitEnd(
  { installation, places, closing }: Served,
  id: string,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<void> {
  const leave = places.take()
  const over = AbortSignal.any([signal, closing])
  const untilMs = installation.elapsedMs() + waitMs
  try {
    while (!over.aborted) {
      const deployment = await installation.store.view(deploymentView, id)
      const leftMs = untilMs - installation.elapsedMs()
      if (deployment === undefined || deployment.state.finished !== null || leftMs <= 0) return
      await installation.wake.wait(Math.min(leftMs, lookAgainMs), over)
    }
  } finally {
    leave()
  }
}
