import { principalView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import { createHash, randomBytes } from 'node:crypto'
import type { Principal, RoleGrant } from '@towpath/domain/principal/principal.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from './caller.ts'
import { requirePermission } from './caller.ts'

export const tokenPrefix = 'twp_'

/** What is kept of a token: enough to recognise it, not enough to use it. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Adds a principal, or gives a known one a new token and other roles. The token is in the answer and nowhere else. */
export async function addPrincipal(
  installation: Installation,
  caller: Caller,
  input: { name: string; grants: RoleGrant[]; expiresAt: string },
): Promise<{ principal: Principal; token: string }> {
  requirePermission(caller, 'add-principal', '*')
  if (input.name === 'towpath')
    throw new TowpathError({
      code: 'NAME_RESERVED',
      kind: 'usage',
      message: 'The name towpath is the controller itself.',
      hint: 'Choose another name. Nothing was changed.',
    })
  const token = `${tokenPrefix}${randomBytes(32).toString('base64url')}`
  const principal: Principal = { ...input, tokenHash: hashToken(token), revokedAt: null }
  await installation.store.append({
    type: 'principal.added',
    actor: caller.principal.name,
    idem: installation.newId('principal'),
    ...(caller.request === undefined ? {} : { request: caller.request }),
    data: { principal },
  })
  return { principal, token }
}

/** Takes a principal's token away for good. */
export async function revokePrincipal(
  installation: Installation,
  caller: Caller,
  name: string,
): Promise<void> {
  requirePermission(caller, 'add-principal', '*')
  if ((await stateOf(installation.store, principalView, name)) === undefined)
    throw new TowpathError({
      code: 'PRINCIPAL_NOT_FOUND',
      kind: 'not-found',
      message: `There is no principal ${name}.`,
      hint: 'towpath server token list shows them. Nothing was changed.',
    })
  await installation.store.append({
    type: 'principal.revoked',
    actor: caller.principal.name,
    idem: installation.newId('revoke'),
    ...(caller.request === undefined ? {} : { request: caller.request }),
    data: { name },
  })
}
