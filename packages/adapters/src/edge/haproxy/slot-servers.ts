import type { SlotRole } from '@towpath/domain/edge/wanted.ts'

/** What one of a slot's three servers is set to. `weight` counts for the one with the share alone. */
export interface ServerState {
  /** False: in maintenance. */
  admitted: boolean
  weight: number
}

/** In the order in which HAProxy must meet them: of several backups it takes the first that is up. */
export const twins = ['share', 'backup', 'last'] as const
export type Twin = (typeof twins)[number]

export type SlotServers = Record<Twin, ServerState>

const out: ServerState = { admitted: false, weight: 0 }
const reserve: ServerState = { admitted: true, weight: 1 }
const finishing: ServerState = { admitted: true, weight: 0 }
const away: ServerState = { admitted: false, weight: 1 }

/** The one table that the file and the run time both follow. */
export function serversFor(role: SlotRole): SlotServers {
  switch (role.role) {
    case 'live':
      return { share: { admitted: true, weight: role.weight }, backup: away, last: reserve }
    case 'candidate':
    case 'draining':
      return { share: finishing, backup: away, last: away }
    case 'backup':
      return { share: finishing, backup: reserve, last: away }
    case 'off':
      return { share: out, backup: away, last: away }
  }
}
