import type { Caller } from '@towpath/app/principal/caller.ts'
import { requirePermission } from '@towpath/app/principal/caller.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { isAllowed } from '@towpath/domain/principal/principal.ts'

/** True where the caller may see what happens in an environment. */
export const mayRead = ({ principal }: Caller, environment: string): boolean =>
  isAllowed(principal, 'read', environment)

export const requireRead = (caller: Caller, environment: string | null): void =>
  requirePermission(caller, 'read', environment)

/** For what spans all environments, and for what only admins see. Throws FORBIDDEN with what to ask for instead. */
export function requireReadEverywhere(caller: Caller): void {
  if (isAllowed(caller.principal, 'read', '*')) return
  throw new TowpathError({
    code: 'FORBIDDEN',
    kind: 'forbidden',
    message: `${caller.principal.name} may not read every environment.`,
    hint: 'Name one with environment=NAME, or ask an admin for a role on all of them. Nothing was changed.',
    detail: { permission: 'read', environment: '*' },
  })
}

export function requireAdmin(caller: Caller, what: string): void {
  if (isAllowed(caller.principal, 'add-principal', '*')) return
  throw new TowpathError({
    code: 'FORBIDDEN',
    kind: 'forbidden',
    message: `${caller.principal.name} may not ${what}.`,
    hint: 'It takes the role admin on all environments. Nothing was changed.',
    detail: { permission: 'add-principal', environment: '*' },
  })
}
