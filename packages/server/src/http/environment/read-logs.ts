import { z } from '@hono/zod-openapi'
import { liveContainer } from '@towpath/app/environment/read-logs.ts'
import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, placeParam, ndjson, numberText } from '../endpoint.ts'
import { withHeartbeat } from '../heartbeat.ts'
import { requireRead } from '../read-permission.ts'
import { streamText } from '../stream-text.ts'

const heartbeatMs = 15_000

const query = z.object({
  service: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}(#[2-9])?$/)
    .openapi({ description: 'A service, or one replica of it such as `frontend#2`.' }),
  tail: numberText(0, 10_000).default(100),
  follow: z.enum(['true', 'false']).default('false'),
})

const line = z.strictObject({ service: z.string(), line: z.string() }).openapi('LogLine')

const route = endpoint({
  method: 'get',
  path: '/v1/environments/{environment}/logs',
  operationId: 'readLogs',
  tags: ['environment'],
  summary: 'What the container that serves a service writes, secret values taken out',
  description:
    'Plain text, or with follow=true one JSON object a line until the container stops; an empty line is a heartbeat.',
  request: { params: placeParam, query },
  responses: {
    200: {
      description: 'Oldest first',
      content: { 'text/plain': { schema: z.string() }, [ndjson]: { schema: line } },
    },
  },
})

export const readLogsEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { served, caller } = c.var
    const { environment } = c.req.valid('param')
    const { service, tail, follow } = c.req.valid('query')
    requireRead(caller, environment)
    const signal = AbortSignal.any([c.req.raw.signal, served.closing])
    const { engine, container } = await liveContainer(served.installation, { environment, service }, signal)
    if (follow === 'false') return c.text(await engine.logs(container, { tailLines: tail }), 200)
    const lines = (over: AbortSignal) =>
      followed(engine, { container, service, tailLines: tail, signal: over })
    return c.body(streamText(served, lines), 200, { 'content-type': ndjson })
  })
}

async function* followed(
  engine: ContainerEngine,
  {
    container,
    service,
    tailLines,
    signal,
  }: { container: string; service: string; tailLines: number; signal: AbortSignal },
): AsyncGenerator<string> {
  const lines = engine.followLogs(container, { tailLines, signal })
  for await (const text of withHeartbeat<string | null>(lines, { everyMs: heartbeatMs, beat: null }))
    yield text === null ? '\n' : `${JSON.stringify({ service, line: text })}\n`
}
