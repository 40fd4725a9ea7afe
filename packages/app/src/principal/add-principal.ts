import { principalView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import { createHash, randomBytes } from 'node:crypto'
import type { Principal, RoleGrant } from '@towpath/domain/principal/principal.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from './caller.ts'
import { requirePermission } from './caller.ts'
import { checkGrants } from './check-grants.ts'

export const tokenPrefix = 'twp_'

/** What is kept of a token: enough to recognise it, not enough to use it. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/**
 * Adds a principal. A known one whose token still holds gets a new token and other roles only with `replace`. The token
 * is in the answer and nowhere else; `note` tells what could not be checked.
 */
export async function addPrincipal(
  installation: Installation,
  caller: Caller,
  input: { name: string; grants: RoleGrant[]; expiresAt: string; replace: boolean },
): Promise<{ principal: Principal; token: string; note: string | null }> {
  requirePermission(caller, 'add-principal', '*')
  const { replace, ...facts } = input
  if (facts.name === 'towpath')
    throw new TowpathError({
      code: 'NAME_RESERVED',
      kind: 'usage',
      message: 'The name towpath is the controller itself.',
      hint: 'Choose another name. Nothing was changed.',
    })
  const note = await checkGrants(installation, facts.grants)
  const token = `${tokenPrefix}${randomBytes(32).toString('base64url')}`
  const principal: Principal = { ...facts, tokenHash: hashToken(token), revokedAt: null }
  await installation.store.transact(async (tx) => {
    const known = await stateOf(tx, principalView, facts.name)
    if (known !== undefined && !replace && holds(known, installation.now())) throw principalExists(known)
    await tx.append({
      type: 'principal.added',
      actor: caller.principal.name,
      idem: installation.newId('principal'),
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { principal },
    })
  })
  return { principal, token, note }
}

const holds = ({ revokedAt, expiresAt }: Principal, now: string): boolean =>
  revokedAt === null && Date.parse(expiresAt) > Date.parse(now)

const principalExists = ({ name, expiresAt }: Principal): TowpathError =>
  new TowpathError({
    code: 'PRINCIPAL_EXISTS',
    kind: 'conflict',
    message: `${name} has a token until ${expiresAt}.`,
    hint: `Nothing was changed. Name somebody else, or give ${name} a new token, which ends the old one at once: towpath server token add ${name} --role ROLE --replace`,
  })

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
