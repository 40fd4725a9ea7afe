import { z } from '@hono/zod-openapi'
import { checkEnvironment } from '@towpath/app/environment/check-environment.ts'
import { onlineCheckIds } from '@towpath/domain/adoption/online/online-answer.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, environmentParam, json, jsonBody } from '../endpoint.ts'
import { projectFilesShape, readProjectFiles } from '../release/project-files.ts'

const tlsName = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))*$/)
    .max(253),
  port: z.int().min(1).max(65_535),
  certificate: z
    .string()
    .regex(/^\/(?!(?:.*\/)?\.\.(?:\/|$))[^\0\r\n]{1,500}\.(?:pem|crt|cer)$/)
    .nullable()
    .default(null)
    .openapi({ description: 'Path of its file as the proxy sees it.' }),
})

const body = z
  .strictObject({
    files: projectFilesShape,
    names: z.array(tlsName).max(50).default([]).openapi({
      description:
        'What a proxy in front serves by TLS, with its own port: each is asked for its certificate, which is held against its file on the host.',
    }),
  })
  .openapi('CheckEnvironment')

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
    const { files, names } = c.req.valid('json')
    const checks = await checkEnvironment(served.installation, caller, {
      environment,
      files: readProjectFiles(files),
      names,
      signal: AbortSignal.any([c.req.raw.signal, served.closing]),
    })
    return c.json({ checks: checks as z.infer<typeof checkShape>[] }, 200)
  })
}
