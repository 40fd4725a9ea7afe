/**
 * A host's part of an environment that has several: an environment of its own in the ledger, with an edge, slots and
 * deployments of its own. Its name is that of the environment and of the host, as in `production@web-1`.
 */
export const seatOf = (environment: string, host: string): string => `${environment}@${host}`

/** The environment that a name belongs to: its own, or the one whose part it is. Policies, waivers and rights are there. */
export const environmentOf = (name: string): string => name.split('@', 1)[0] ?? name

/** The host that a name ends in; null for a whole environment. */
export const hostOf = (name: string): string | null => name.split('@')[1] ?? null
