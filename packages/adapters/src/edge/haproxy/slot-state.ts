import type { CurrentEdge, CurrentSlot } from '@towpath/domain/edge/plan-moves.ts'
import type { SlotRole, WantedEdge, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import type { CurrentSteering } from '@towpath/domain/edge/plan-steering.ts'
import type { FileSlot } from './edge-file.ts'
import { WAIT_SERVER, twinsOf } from './names.ts'
import type { RuntimeEdge, RuntimeServer } from './runtime.ts'
import {
  roleTwins,
  serversFor,
  trialServer,
  trialTwins,
  waitServer,
  type ServerState,
} from './slot-servers.ts'
import type { RuntimeSteering } from './steering-map.ts'

/** What the running edge does, as far as the moves know it. */
export const currentEdge = (runtime: RuntimeEdge, wanted: WantedEdge, file: FileSlot[]): CurrentEdge => ({
  slots: currentSlots(runtime, wanted, file),
  steering: wanted.services.flatMap(({ service, slots }): CurrentSteering[] => {
    const steering = steeringOf(runtime, service)
    if (steering === undefined) return []
    const { trial, isHeld } = steering
    return [
      {
        service,
        trial: isTrialSet(runtime, steering, slots) ? trial : 'unknown',
        held: isHoldSet(runtime, steering) ? isHeld : 'unknown',
      },
    ]
  }),
})

/** True where the servers for trials are in and out as the trial says. */
export const isTrialSet = (
  runtime: RuntimeEdge,
  { service, trial }: Pick<RuntimeSteering, 'service' | 'trial'>,
  slots: Pick<WantedSlot, 'slot'>[],
): boolean =>
  slots.every(({ slot }) =>
    trialTwins.every((twin) =>
      isIn(serverOf(runtime, service, twinsOf(slot)[twin]), trialServer(trial?.slot === slot)),
    ),
  )

/** True where the server that requests wait at is in or out as the hold says. */
export const isHoldSet = (
  runtime: RuntimeEdge,
  { service, isHeld }: Pick<RuntimeSteering, 'service' | 'isHeld'>,
): boolean => isIn(serverOf(runtime, service, WAIT_SERVER), waitServer(isHeld))

const isIn = (server: RuntimeServer | undefined, { admitted, weight }: ServerState): boolean =>
  server !== undefined && server.admitted === admitted && server.weight === weight && !server.drained

/**
 * The slots as the running edge has them. A candidate and a draining slot are set the same way; what the file last
 * said tells them apart.
 */
function currentSlots(runtime: RuntimeEdge, wanted: WantedEdge, file: FileSlot[]): CurrentSlot[] {
  return wanted.services.flatMap(({ service, slots }) =>
    slots.flatMap((slot): CurrentSlot[] => {
      if (serverOf(runtime, service, slot.slot) === undefined) return []
      const before = file.find((known) => known.service === service && known.slot === slot.slot)
      const release = releaseOf(runtime, service, slot.slot)
      const guesses = before === undefined ? [] : [before.role]
      const role = [...guesses, ...rolesToTry(runtime, service, slot)].find((guess) =>
        isSetTo(runtime, service, { ...slot, ...guess }),
      )
      return [{ service, slot: slot.slot, role: role ?? null, release }]
    }),
  )
}

const rolesToTry = (runtime: RuntimeEdge, service: string, { slot }: WantedSlot): SlotRole[] => [
  { role: 'live', weight: serverOf(runtime, service, slot)?.weight || 1 },
  { role: 'draining' },
  { role: 'backup' },
  { role: 'off' },
]

/** True where all servers of the slot but the one for trials are set as the role asks, at the slot's own address. */
export function isSetTo(runtime: RuntimeEdge, service: string, slot: WantedSlot): boolean {
  const states = serversFor(slot, steeringOf(runtime, service)?.isHeld ?? false)
  return roleTwins.every((twin) => {
    const server = serverOf(runtime, service, twinsOf(slot.slot)[twin])
    return isIn(server, states[twin]) && server?.address === slot.address && server.port === slot.port
  })
}

export const steeringOf = (runtime: RuntimeEdge, service: string): RuntimeSteering | undefined =>
  runtime.steering.find((known) => known.service === service)

export const releaseOf = (runtime: RuntimeEdge, service: string, slot: string): string | null =>
  runtime.releases.find((entry) => entry.service === service && entry.slot === slot)?.release ?? null

export const serverOf = (runtime: RuntimeEdge, service: string, server: string) =>
  runtime.servers.find((known) => known.service === service && known.server === server)
