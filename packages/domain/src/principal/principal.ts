import { environmentOf } from '../fleet/seat.ts'

/** What a principal may do in one environment; each role holds those before it, except that approving is its own right. */
export const roles = ['viewer', 'deployer', 'approver', 'admin'] as const
export type Role = (typeof roles)[number]

/** `*` grants the role everywhere. */
export interface RoleGrant {
  environment: string
  role: Role
}

export interface Principal {
  name: string
  grants: RoleGrant[]
  /** Hex SHA-256 of the token; the token itself is shown once and kept nowhere. */
  tokenHash: string
  expiresAt: string
  revokedAt: string | null
}

/** What can be asked of the server, and the roles that allow it. */
export const permissions = {
  read: ['viewer', 'deployer', 'approver', 'admin'],
  'create-release': ['deployer', 'admin'],
  'add-evidence': ['deployer', 'admin'],
  'bring-advisories': ['deployer', 'admin'],
  deploy: ['deployer', 'admin'],
  watch: ['deployer', 'admin'],
  'roll-back': ['deployer', 'approver', 'admin'],
  abort: ['deployer', 'approver', 'admin'],
  resume: ['deployer', 'approver', 'admin'],
  approve: ['approver', 'admin'],
  repair: ['deployer', 'admin'],
  waive: ['admin'],
  'accept-policy': ['admin'],
  adopt: ['admin'],
  eject: ['admin'],
  'take-over': ['admin'],
  'add-principal': ['admin'],
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof permissions

/**
 * True where one of the grants allows it. `environment` null asks for the right everywhere; a role in an environment holds
 * on each of its hosts.
 */
export function isAllowed(
  principal: Pick<Principal, 'grants'>,
  permission: Permission,
  environment: string | null,
): boolean {
  const enough: readonly Role[] = permissions[permission]
  const asked = environment === null ? null : environmentOf(environment)
  return principal.grants.some(
    (grant) => enough.includes(grant.role) && (grant.environment === '*' || grant.environment === asked),
  )
}

/** Roles that reach beyond one environment: releases and reading are for whoever holds the role anywhere. */
export function isAllowedAnywhere(principal: Pick<Principal, 'grants'>, permission: Permission): boolean {
  const enough: readonly Role[] = permissions[permission]
  return principal.grants.some((grant) => enough.includes(grant.role))
}
