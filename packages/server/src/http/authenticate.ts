import type { Installation } from '@towpath/app/installation.ts'
import { tokenPrefix } from '@towpath/app/principal/add-principal.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Principal } from '@towpath/domain/principal/principal.ts'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './api-env.ts'
import { findPrincipal } from './find-principal.ts'

/** Finds who calls by the bearer token, or refuses. Asked of the ledger each time, so a revoked token ends at once. */
export const authenticate: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const { installation } = c.var.served
  const principal = await principalOf(installation, tokenIn(c.req.header('authorization')))
  c.set('caller', { principal: { name: principal.name, grants: principal.grants }, request: c.var.request })
  await next()
}

function tokenIn(header: string | undefined): string {
  if (header === undefined || header === '')
    throw new TowpathError({
      code: 'TOKEN_MISSING',
      kind: 'forbidden',
      message: 'The request carries no token.',
      hint: 'Send "Authorization: Bearer twp_...". On the server\'s machine the first token is in the file admin-token of its state folder. Nothing was changed.',
    })
  const [, token] = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header) ?? []
  if (token === undefined || !token.startsWith(tokenPrefix))
    throw invalid('It does not look like a token of ours.')
  return token
}

async function principalOf(installation: Installation, token: string): Promise<Principal> {
  const found = await findPrincipal(installation.store, token)
  if (found === null) throw invalid('No principal has it.')
  if (found.revokedAt !== null) throw invalid(`It was revoked at ${found.revokedAt}.`)
  if (Date.parse(found.expiresAt) <= Date.parse(installation.now()))
    throw invalid(`It expired at ${found.expiresAt}.`)
  return found
}

const invalid = (why: string): TowpathError =>
  new TowpathError({
    code: 'TOKEN_INVALID',
    kind: 'forbidden',
    message: `The token is not accepted. ${why}`,
    hint: 'An admin makes one: towpath server token add NAME --role ROLE. Nothing was changed.',
  })
