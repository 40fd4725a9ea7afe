import { z } from '@hono/zod-openapi'
import { revokePrincipal } from '@towpath/app/principal/add-principal.ts'
import { requirePermission } from '@towpath/app/principal/caller.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { principalView } from '@towpath/domain/ledger/views.ts'
import type { Endpoint } from '../api-env.ts'
import { endpoint, principalNameShape } from '../endpoint.ts'

const params = z.object({ name: principalNameShape.openapi({ param: { name: 'name', in: 'path' } }) })

const route = endpoint({
  method: 'delete',
  path: '/v1/principals/{name}',
  operationId: 'revokePrincipal',
  tags: ['principal'],
  summary: 'Takes the token of a principal away for good',
  request: { params },
  responses: { 204: { description: 'It is revoked' } },
})

export const revokePrincipalEndpoint: Endpoint = (api) => {
  api.openapi(route, async (c) => {
    const { installation } = c.var.served
    const { name } = c.req.valid('param')
    requirePermission(c.var.caller, 'add-principal', '*')
    if ((await installation.store.view(principalView, name)) === undefined) throw unknownPrincipal(name)
    await revokePrincipal(installation, c.var.caller, name)
    return c.body(null, 204)
  })
}

const unknownPrincipal = (name: string): TowpathError =>
  new TowpathError({
    code: 'PRINCIPAL_NOT_FOUND',
    kind: 'not-found',
    message: `There is no principal ${name}.`,
    hint: 'towpath server token list shows them. Nothing was changed.',
  })
