import type { SteeringAct } from '@towpath/domain/edge/plan-steering.ts'
import type { Trial, WantedService } from '@towpath/domain/edge/wanted.ts'
import { WAIT_SERVER, holdBackendName, serverPath } from './names.ts'
import { serversFor, trialTwins } from './slot-servers.ts'
import { RELAYED, heldValue, steeringKeys, steeringMapName, trialValue } from './steering-map.ts'

/**
 * A move of steering as lines for the runtime socket. A server is in before anything is sent to it, and sent to no more
 * before it is out.
 */
export function steeringCommands(move: SteeringAct, wanted: WantedService): string[] {
  const { service, slots } = wanted
  const held = (isHeld: boolean): string => setCommand(service, 'held', heldValue(isHeld))
  const wait = `set server ${holdBackendName(service)}/${WAIT_SERVER}`
  switch (move.act) {
    case 'hold':
      return [`${wait} weight 1`, `${wait} state ready`, held(true), ...holdTwins(wanted)]
    case 'release':
      return [...holdTwins(wanted), held(false), `${wait} weight 1`, `${wait} state maint`]
    case 'try':
      return move.begins
        ? beginTrial(service, move.trial)
        : [setCommand(service, 'trial', trialValue(move.trial))]
    case 'end-trial':
      return [
        setCommand(service, 'trial', trialValue(null)),
        setCommand(service, 'lease', '0'),
        ...slots.flatMap(({ slot }) => trialTwinsTo(service, slot, 'maint')),
      ]
  }
}

/** No lease before the share, so that nothing is sent before somebody renews. */
const beginTrial = (service: string, trial: Trial): string[] => [
  setCommand(service, 'lease', '0'),
  ...trialTwinsTo(service, trial.slot, 'ready'),
  ...wholeFuse(service, trial.slot),
  setCommand(service, 'trial', trialValue(trial)),
]

export const leaseCommand = (service: string, leaseMs: number): string =>
  setCommand(service, 'lease', String(leaseMs))

/** Also forgets what earlier probes said: after a start of the edge a single failed one would blow the fuse. */
export const wholeFuse = (service: string, slot: string): string[] =>
  trialTwins.map((twin) => `set server ${serverPath(service, slot, twin)} health up`)

export const blownFuse = (service: string, slot: string): string[] =>
  trialTwins.map((twin) => `set server ${serverPath(service, slot, twin)} health down`)

const trialTwinsTo = (service: string, slot: string, state: 'ready' | 'maint'): string[] =>
  trialTwins.flatMap((twin) => [
    `set server ${serverPath(service, slot, twin)} weight 0`,
    `set server ${serverPath(service, slot, twin)} state ${state}`,
  ])

/** For a worker that is left behind alone: the newest one would hand its requests on to itself. */
export const relayCommand = (service: string): string => setCommand(service, 'held', RELAYED)

const setCommand = (service: string, key: keyof typeof steeringKeys, value: string): string =>
  `set map ${steeringMapName(service)} ${steeringKeys[key]} ${value}`

/** Brings what takes the waiting requests to what each slot's role asks. */
const holdTwins = ({ service, slots, held }: WantedService): string[] =>
  slots.map((slot) => {
    const { admitted } = serversFor(slot, held).hold
    return `set server ${serverPath(service, slot.slot, 'hold')} state ${admitted ? 'ready' : 'maint'}`
  })
