import type { CurrentSlot } from '@towpath/domain/edge/plan-moves.ts'
import type { SlotRole, WantedEdge, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import type { FileSlot } from './edge-file.ts'
import { twinsOf } from './names.ts'
import type { RuntimeEdge } from './runtime.ts'
import { serversFor, twins } from './slot-servers.ts'

/**
 * The slots as the running edge has them. A candidate and a draining slot are set the same way; what the file last
 * said tells them apart.
 */
export function currentSlots(runtime: RuntimeEdge, wanted: WantedEdge, file: FileSlot[]): CurrentSlot[] {
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

/** True where all three servers of the slot are set as the role asks, at the slot's own address. */
export function isSetTo(runtime: RuntimeEdge, service: string, slot: WantedSlot): boolean {
  const states = serversFor(slot)
  return twins.every((twin) => {
    const server = serverOf(runtime, service, twinsOf(slot.slot)[twin])
    const { admitted, weight } = states[twin]
    return (
      server !== undefined &&
      server.admitted === admitted &&
      server.weight === weight &&
      !server.drained &&
      server.address === slot.address &&
      server.port === slot.port
    )
  })
}

export const releaseOf = (runtime: RuntimeEdge, service: string, slot: string): string | null =>
  runtime.releases.find((entry) => entry.service === service && entry.slot === slot)?.release ?? null

export const serverOf = (runtime: RuntimeEdge, service: string, server: string) =>
  runtime.servers.find((known) => known.service === service && known.server === server)
