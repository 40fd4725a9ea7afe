import { z } from '@hono/zod-openapi'
import { addPrincipal } from '@towpath/app/principal/add-principal.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, json, jsonBody, principalNameShape, timeShape } from '../endpoint.ts'
import { grantShape, principalShape, showPrincipal } from './principal-shape.ts'

const lifetimeMaxMs = 400 * 86_400_000

const body = z
  .strictObject({
    name: principalNameShape,
    grants: z.array(grantShape).min(1).max(100),
    expiresAt: timeShape,
    replace: z
      .boolean()
      .default(false)
      .openapi({ description: 'Gives a known principal a new token and other roles; its old token ends.' }),
  })
  .openapi('AddPrincipal')

const answer = z
  .strictObject({
    principal: principalShape,
    token: z.string().openapi({ description: 'Shown here and never again.' }),
    note: z.string().nullable().openapi({ description: 'What could not be checked.' }),
  })
  .openapi('PrincipalToken')

const route = endpoint({
  method: 'post',
  path: '/v1/principals',
  operationId: 'addPrincipal',
  tags: ['principal'],
  summary: 'Adds a principal; with replace a known one gets a new token and other roles',
  request: { body: jsonBody(body) },
  responses: { 201: json(answer, 'The principal and its token') },
})

export const addPrincipalEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { installation } = c.var.served
    const input = c.req.valid('json')
    refuseLifetime(input.expiresAt, installation.now())
    const { principal, token, note } = await addPrincipal(installation, c.var.caller, input)
    c.header('cache-control', 'no-store')
    return c.json({ principal: showPrincipal(principal), token, note }, 201)
  })
}

function refuseLifetime(expiresAt: string, now: string): void {
  const lifetimeMs = Date.parse(expiresAt) - Date.parse(now)
  if (lifetimeMs > 0 && lifetimeMs <= lifetimeMaxMs) return
  throw new TowpathError({
    code: 'EXPIRY_REFUSED',
    kind: 'usage',
    message: `A token ends in the future and within 400 days; ${expiresAt} does not.`,
    hint: 'Give an earlier or a later end. No principal was added.',
  })
}
