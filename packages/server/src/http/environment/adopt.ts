import { z } from '@hono/zod-openapi'
import { adopt } from '@towpath/app/adoption/adopt.ts'
import { findImports } from '@towpath/app/adoption/import-releases.ts'
import { prepareAdoption } from '@towpath/app/adoption/prepare-adoption.ts'
import type { PreparedAdoption } from '@towpath/app/adoption/prepare-adoption.ts'
import { networkAliasesOf } from '@towpath/domain/deployment/plan-container.ts'
import type { Endpoint } from '../api-env.ts'
import { deploymentShape } from '../deployment/deployment-shape.ts'
import { answerForId } from '../deployment/read-deployment.ts'
import {
  endpoint,
  environmentParam,
  idempotencyHeader,
  json,
  jsonBody,
  orNull,
  reasonShape,
  versionShape,
} from '../endpoint.ts'
import { projectFilesShape, readProjectFiles } from '../release/project-files.ts'
import { schemaImpactShape } from '../release/release-shape.ts'

const imports = z
  .strictObject({
    versions: z.array(versionShape).max(50).nullable().default(null).openapi({
      description: 'Oldest first; null takes the newest tags that every service has a build of.',
    }),
    schemaSafe: z.array(versionShape).max(50).default([]).openapi({
      description: 'Versions whose schema the release before runs on. Of all others nobody knows.',
    }),
  })
  .openapi('ImportReleases')

const body = z
  .strictObject({
    files: projectFilesShape,
    release: versionShape
      .nullable()
      .default(null)
      .openapi({ description: 'Name of the release that runs; null takes its tag, or the day.' }),
    schema: schemaImpactShape.default('unknown'),
    imports: orNull(imports).default(null),
    accept: z.array(z.string().max(300)).max(50).default([]).openapi({
      description:
        'Who else acts on the containers on the host and may go on: `second-operator`, or `second-operator:WORD`.',
    }),
    reason: reasonShape.default(''),
    dryRun: z.boolean().default(false),
  })
  .openapi('AdoptEnvironment')

const adoptionShape = z
  .strictObject({
    dryRun: z.literal(true),
    environment: z.string(),
    release: z.string(),
    composeProject: z.string(),
    edge: z.string().openapi({ description: 'The name that a proxy in front sends its requests to.' }),
    edgePorts: z
      .array(z.strictObject({ hostPort: z.int(), containerPort: z.int() }))
      .openapi({ description: 'Host ports that the edge will hold.' }),
    services: z.array(
      z.strictObject({
        service: z.string(),
        container: z.string(),
        image: z.string(),
        digest: z.string().nullable().openapi({ description: 'Null: the image is on this host alone.' }),
        configHash: z.string().nullable(),
        port: z.int(),
        names: z.array(z.string()).openapi({ description: 'What neighbours call it.' }),
        environment: z
          .record(z.string(), z.enum(['same', 'differs', 'only-running', 'only-files']))
          .openapi({ description: 'Variables by name, never by value.' }),
      }),
    ),
    drift: z.array(z.string()).openapi({ description: 'Where what runs differs from the files.' }),
    notes: z.array(z.string()),
    imports: z.array(z.strictObject({ version: z.string(), schema: schemaImpactShape })),
  })
  .openapi('Adoption')

const route = endpoint({
  method: 'post',
  path: '/v1/environments/{environment}/adoption',
  operationId: 'adoptEnvironment',
  tags: ['environment', 'deployment'],
  summary: 'Records what runs by plain Compose as the first good release, and brings the edge in',
  description: 'Restarts nothing. It goes on by itself: follow it at its location or on the stream.',
  request: { params: environmentParam, headers: idempotencyHeader, body: jsonBody(body) },
  responses: {
    200: json(adoptionShape, 'With dryRun: what would be recorded, and where it differs from the files'),
    202: json(deploymentShape, 'The adoption, as a deployment of what runs already'),
  },
})

export const adoptEnvironmentEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { served, caller } = c.var
    const { environment } = c.req.valid('param')
    const { files, release: version, dryRun, imports: asked, schema, reason, accept } = c.req.valid('json')
    const input = { environment, version, schema, files: readProjectFiles(files), accepted: accept }
    if (dryRun) {
      const prepared = await prepareAdoption(served.installation, caller, input)
      const found = asked === null ? [] : await findImports(served.installation, prepared, asked)
      return c.json(
        {
          ...showAdoption(prepared),
          imports: found.map(({ version: name, schema: impact }) => ({ version: name, schema: impact })),
        },
        200,
      )
    }
    const idempotencyKey = c.req.valid('header')['idempotency-key'] ?? null
    const deployment = await adopt(served.installation, caller, {
      ...input,
      reason,
      idempotencyKey,
      imports: asked,
    })
    c.header('location', `/v1/deployments/${deployment.id}`)
    return c.json(await answerForId(served.installation, caller, deployment.id), 202)
  })
}

/** What a person decides by; no value of a variable is in it. */
function showAdoption({
  plan,
  notes,
  read,
}: PreparedAdoption): Omit<z.infer<typeof adoptionShape>, 'imports'> {
  const { adoption } = plan
  return {
    dryRun: true,
    environment: plan.environment,
    release: plan.release,
    composeProject: adoption?.composeProject ?? '',
    edge: plan.edge.name,
    edgePorts: plan.edge.ports.map(({ hostPort, containerPort }) => ({ hostPort, containerPort })),
    services: (adoption?.containers ?? []).map(
      ({ key, container, image, digest, configHash, environment }) => ({
        ...{ service: key, container, image, digest, configHash, environment },
        port: plan.services.find(({ service }) => service === key)?.port ?? 0,
        names: networkAliasesOf(read.config, read.model, key),
      }),
    ),
    drift: adoption?.drift ?? [],
    notes,
  }
}
