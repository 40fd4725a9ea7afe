import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Permission, Principal } from '@towpath/domain/principal/principal.ts'
import { isAllowed, isAllowedAnywhere, permissions } from '@towpath/domain/principal/principal.ts'

/** Who runs a use case, and under which request. Checked first, before anything is read. */
export interface Caller {
  principal: Pick<Principal, 'name' | 'grants'>
  request?: string
}

/** Throws FORBIDDEN unless one of the caller's roles allows it in the environment (null: anywhere at all). */
export function requirePermission(caller: Caller, permission: Permission, environment: string | null): void {
  const allowed =
    environment === null
      ? isAllowedAnywhere(caller.principal, permission)
      : isAllowed(caller.principal, permission, environment)
  if (allowed) return
  const where = environment === null ? '' : ` in ${environment}`
  throw new TowpathError({
    code: 'FORBIDDEN',
    kind: 'forbidden',
    message: `${caller.principal.name} may not ${permission.replaceAll('-', ' ')}${where}.`,
    hint: `It takes one of: ${permissions[permission].join(', ')}. Nothing was changed. An admin grants roles: towpath server token add NAME --role ROLE`,
    detail: { permission, environment },
  })
}
