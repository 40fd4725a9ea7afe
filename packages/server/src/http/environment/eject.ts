import { z } from '@hono/zod-openapi'
import { ejectEnvironment } from '@towpath/app/adoption/eject.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, environmentParam, json, jsonBody } from '../endpoint.ts'

const body = z
  .strictObject({
    dryRun: z.boolean().default(false),
    now: z
      .boolean()
      .default(false)
      .openapi({ description: 'Also where the edge is still asked: those requests are cut off.' }),
  })
  .openapi('EjectEnvironment')

const answer = z
  .strictObject({
    dryRun: z.boolean(),
    environment: z.string(),
    release: z.string(),
    composeProject: z.string(),
    composeFiles: z.array(z.string()),
    folder: z.string().openapi({ description: "The project's folder on the host." }),
    edge: z.string().openapi({ description: 'The name that no proxy may send requests to any more.' }),
    services: z.array(
      z.strictObject({
        service: z.string(),
        compose: z.string(),
        port: z.int(),
        image: z.string(),
        isAdopted: z.boolean().openapi({ description: 'It serves from a container of your own already.' }),
        behind: z
          .array(
            z.strictObject({
              name: z.string(),
              alias: z.string().openapi({ description: 'A name of it that the edge does not have too.' }),
            }),
          )
          .openapi({ description: 'Containers of your own Compose that serve once the edge is gone.' }),
      }),
    ),
    before: z
      .strictObject({
        release: z.string(),
        services: z.array(z.strictObject({ compose: z.string(), image: z.string() })),
      })
      .nullable()
      .openapi({ description: 'The release that a roll-back script starts.' }),
    done: z.array(z.string()).openapi({ description: 'One sentence each; empty with dryRun.' }),
  })
  .openapi('Ejection')

const route = endpoint({
  method: 'post',
  path: '/v1/environments/{environment}/ejection',
  operationId: 'ejectEnvironment',
  tags: ['environment'],
  summary: 'Gives an environment back to plain Compose',
  description:
    'Takes the edge, the containers and the network of Towpath off the host; adopted containers stay as they were found. Refused while nobody else could serve (EJECT_NOTHING_BEHIND), and while the edge is still asked (EDGE_STILL_USED).',
  request: { params: environmentParam, body: jsonBody(body) },
  responses: { 200: json(answer, 'What was given back, or with dryRun what would be') },
})

export const ejectEnvironmentEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { dryRun, now } = c.req.valid('json')
    const ejection = await ejectEnvironment(c.var.served.installation, c.var.caller, {
      ...c.req.valid('param'),
      dryRun,
      now,
    })
    return c.json({ dryRun, ...ejection }, 200)
  })
}
