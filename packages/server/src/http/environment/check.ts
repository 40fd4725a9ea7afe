import { z } from '@hono/zod-openapi'
import { checkEnvironment } from '@towpath/app/environment/check-environment.ts'
import { onlineCheckIds } from '@towpath/domain/adoption/online/online-answer.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, environmentParam, json, jsonBody } from '../endpoint.ts'
import { projectFilesShape, readProjectFiles } from '../release/project-files.ts'

const body = z.strictObject({ files: projectFilesShape }).openapi('CheckEnvironment')

const checkShape = z
  .strictObject({
    id: z.enum(onlineCheckIds),
    status: z.enum(['pass', 'warn', 'fail', 'unknown']),
    file: z.string().nullable().openapi({ description: 'Relative to the folder of towpath.yaml.' }),
    line: z.int().nullable(),
    message: z.string(),
    fix: z.string().nullable().openapi({ description: 'What to do; null where nothing is to be done.' }),
    patch: z.string().nullable(),
  })
  .openapi('Check')

const route = endpoint({
  method: 'post',
  path: '/v1/environments/{environment}/checks',
  operationId: 'checkEnvironment',
  tags: ['environment'],
  summary: 'Looks at host, registry, database and what is live, as these files would use them',
  description:
    'Reads only: nothing is recorded, kept or changed. Takes the right to deploy there, because the files decide which host and registry are asked, and with which secrets.',
  request: { params: environmentParam, body: jsonBody(body) },
  responses: {
    200: json(z.strictObject({ checks: z.array(checkShape) }).openapi('Checks'), 'What was seen'),
  },
})

export const checkEnvironmentEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { served, caller } = c.var
    const { environment } = c.req.valid('param')
    const checks = await checkEnvironment(served.installation, caller, {
      environment,
      files: readProjectFiles(c.req.valid('json').files),
      signal: AbortSignal.any([c.req.raw.signal, served.closing]),
    })
    return c.json({ checks: checks as z.infer<typeof checkShape>[] }, 200)
  })
}
