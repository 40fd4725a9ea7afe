import type { SlotRole } from '@towpath/domain/edge/wanted.ts'

/** What one of a slot's servers is set to. */
export interface ServerState {
  /** False: in maintenance. */
  admitted: boolean
  weight: number
}

/** The servers that follow the slot's role. */
export const roleTwins = ['share', 'backup', 'last', 'hold'] as const
export type RoleTwin = (typeof roleTwins)[number]
/** The two halves of a trial's fuse; they follow the trial alone (`trialServer`). */
export const trialTwins = ['trial', 'pulse'] as const
export const twins = [...roleTwins, ...trialTwins] as const
export type Twin = (typeof twins)[number]

export type SlotServers = Record<RoleTwin, ServerState>

const out: ServerState = { admitted: false, weight: 0 }
const reserve: ServerState = { admitted: true, weight: 1 }
const finishing: ServerState = { admitted: true, weight: 0 }
const away: ServerState = { admitted: false, weight: 1 }

/** The one table that the file and the run time both follow. */
export function serversFor(role: SlotRole, isHeld: boolean): SlotServers {
  switch (role.role) {
    case 'live':
      return {
        share: { admitted: true, weight: role.weight },
        backup: away,
        last: reserve,
        hold: isHeld ? away : reserve,
      }
    case 'candidate':
    case 'draining':
      return { share: finishing, backup: away, last: away, hold: away }
    case 'backup':
      return { share: finishing, backup: reserve, last: away, hold: away }
    case 'off':
      return { share: out, backup: away, last: away, hold: away }
  }
}

/** No balance gives it anything: requests are sent there one by one. */
export const trialServer = (isOnTrial: boolean): ServerState => ({ admitted: isOnTrial, weight: 0 })

/** What requests wait at while a service is held. */
export const waitServer = (isHeld: boolean): ServerState => ({ admitted: isHeld, weight: 1 })
