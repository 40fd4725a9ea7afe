import { z } from '@hono/zod-openapi'
import { createRelease } from '@towpath/app/release/create-release.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, jsonBody, versionShape } from '../endpoint.ts'
import { projectFilesShape, readProjectFiles } from './project-files.ts'
import { releaseShape, schemaImpactShape } from './release-shape.ts'

const body = z
  .strictObject({
    version: versionShape,
    builds: z
      .record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), z.string().min(1).max(512))
      .default({})
      .openapi({
        description: 'Service to image, by tag or digest. Absent: its repository with the version as tag.',
      }),
    schema: schemaImpactShape.default('unknown'),
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/)
      .nullable()
      .default(null),
    files: projectFilesShape,
  })
  .openapi('CreateRelease')

const route = endpoint({
  method: 'post',
  path: '/v1/releases',
  operationId: 'createRelease',
  tags: ['release'],
  summary: 'Records an immutable release',
  description:
    'Saying the same again is fine; the same version with other content is refused (RELEASE_EXISTS).',
  request: { body: jsonBody(body) },
  responses: { 201: json(releaseShape, 'The release') },
})

export const createReleaseEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { files, ...input } = c.req.valid('json')
    const release = await createRelease(c.var.served.installation, c.var.caller, {
      ...input,
      files: readProjectFiles(files),
    })
    c.header('location', `/v1/releases/${release.version}`)
    return c.json(release, 201)
  })
}
