import { z } from '@hono/zod-openapi'
import { startWatch } from '@towpath/app/watch/start-watch.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, environmentParam, json, jsonBody } from '../endpoint.ts'
import { watchShape } from '../environment/environment-shape.ts'
import { showWatch } from '../environment/show-environment.ts'
import { projectFilesShape, readProjectFiles } from '../release/project-files.ts'

const body = z.strictObject({ files: projectFilesShape }).openapi('StartWatch')

const route = endpoint({
  method: 'put',
  path: '/v1/environments/{environment}/watch',
  operationId: 'startWatch',
  tags: ['watch'],
  summary: "Watches the team's own deployments to an environment, or goes on by newer files",
  description:
    'The environment says mode: watch in towpath.yaml. The host is only read: no container is ever touched.',
  request: { params: environmentParam, body: jsonBody(body) },
  responses: { 200: json(watchShape, 'What is watched, and what runs there now') },
})

export const startWatchEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const watch = await startWatch(c.var.served.installation, c.var.caller, {
      ...c.req.valid('param'),
      files: readProjectFiles(c.req.valid('json').files),
    })
    return c.json(showWatch(watch), 200)
  })
}
