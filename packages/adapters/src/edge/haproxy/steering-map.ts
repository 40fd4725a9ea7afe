import type { Trial, WantedService } from '@towpath/domain/edge/wanted.ts'

/** How a running service is steered beside the roles: one file per service, read at the edge's start, changed at run time. */
export const steeringMapName = (service: string): string => `steering-${service}.map`

/** `lease` is the end of the trial in ms since 1970; 0 before the first renewal. The edge itself compares it with its clock. */
export const steeringKeys = { trial: 'trial', lease: 'lease', held: 'held' } as const

export interface RuntimeSteering {
  service: string
  trial: Trial | null
  leaseMs: number
  isHeld: boolean
}

const NO_TRIAL = '-'

/** Slot, share and salt in one value, so that one command changes them together. */
export const trialValue = (trial: Trial | null): string =>
  trial === null ? NO_TRIAL : `${trial.slot}:${trial.perMyriad}:${trial.salt}`

/** In the place of `heldValue`, for a worker that was left behind: requests go on to the newest one. */
export const RELAYED = 'relay'

export const heldValue = (isHeld: boolean): string => (isHeld ? 'yes' : 'no')

/** The file has no lease: an edge that comes up from it gives the candidate nothing until somebody renews. */
export const steeringMapText = ({ trial, held }: Pick<WantedService, 'trial' | 'held'>): string =>
  [
    `${steeringKeys.trial} ${trialValue(trial)}`,
    `${steeringKeys.lease} 0`,
    `${steeringKeys.held} ${heldValue(held)}`,
    '',
  ].join('\n')

/** From the answer to `show map`; none where the running edge has no such map. A value of a stranger is a trial of its own. */
export function parseSteeringMap(service: string, section: string): RuntimeSteering[] {
  const values = new Map(
    [...section.matchAll(/^0x\w+ (\S+) (\S+)$/gm)].map(([, key = '', value = '']) => [key, value]),
  )
  if (values.size === 0) return []
  return [
    {
      service,
      trial: parseTrial(values.get(steeringKeys.trial) ?? ''),
      leaseMs: Number(values.get(steeringKeys.lease)) || 0,
      isHeld: values.get(steeringKeys.held) === heldValue(true),
    },
  ]
}

const parseTrial = (value: string): Trial | null => {
  if (value === NO_TRIAL) return null
  const [slot = '', perMyriad, salt] = value.split(':')
  return { slot, perMyriad: Number(perMyriad) || 0, salt: Number(salt) || 0 }
}
