import type { CurrentEdge, CurrentSlot, EdgeMove, SlotMove } from '../plan-moves.ts'
import type { CurrentSteering, SteeringAct } from '../plan-steering.ts'
import type { SlotRole, Trial, WantedEdge } from '../wanted.ts'

export const slots = ['s1', 's2', 's3', 's4']
export type Seat = SlotRole & { release: string | null }
export type Steer = { trial: Trial | null; held: boolean }
export type Picture = Record<string, Seat[]>
export type Steering = Record<string, Steer>

export const live = { role: 'live', weight: 100, release: '1.0.0' } as const
export const candidate = { role: 'candidate', release: '1.1.0' } as const
const unsteered: Steer = { trial: null, held: false }

export const wantedFrom = (picture: Picture, steering: Steering = {}): WantedEdge => ({
  project: 'refactor',
  environment: 'production',
  fence: 1,
  deployment: 'd-1',
  services: Object.entries(picture).map(([service, seats]) => ({
    service,
    port: 80,
    health: { path: '/', intervalMs: 1000, timeoutMs: 1000, statusMin: 200, statusMax: 399 },
    slots: seats.map((seat, index) => ({
      ...seat,
      slot: slots[index] ?? '',
      address: `10.0.0.${index}`,
      port: 80,
    })),
    cohort: false,
    ...(steering[service] ?? unsteered),
  })),
})

export const currentFrom = (picture: Picture, steering: Steering = {}): CurrentEdge => ({
  slots: Object.entries(picture).flatMap(([service, seats]) =>
    seats.map(({ release, ...role }, index) => ({ service, slot: slots[index] ?? '', role, release })),
  ),
  steering: Object.keys(picture).map((service) => ({ service, ...(steering[service] ?? unsteered) })),
})

const steer = (now: CurrentSteering, move: SteeringAct): CurrentSteering => {
  switch (move.act) {
    case 'hold':
      return { ...now, held: true }
    case 'release':
      return { ...now, held: false }
    case 'try':
      return { ...now, trial: move.trial }
    case 'end-trial':
      return { ...now, trial: null }
  }
}

const apply = (slot: CurrentSlot, move: SlotMove): CurrentSlot => {
  switch (move.act) {
    case 'label':
      return { ...slot, release: move.release }
    case 'raise':
    case 'lower':
      return { ...slot, role: { role: 'live', weight: move.weight } }
    case 'admit':
      return { ...slot, role: { role: 'candidate' } }
    case 'stand-by':
      return { ...slot, role: { role: 'backup' } }
    case 'drain':
      return { ...slot, role: { role: 'draining' } }
    case 'retire':
      return { ...slot, role: { role: 'off' } }
  }
}

export const after = (current: CurrentEdge, moves: EdgeMove[]): CurrentEdge =>
  moves.reduce(
    (now, move) =>
      'slot' in move
        ? {
            ...now,
            slots: now.slots.map((slot) =>
              slot.service === move.service && slot.slot === move.slot ? apply(slot, move) : slot,
            ),
          }
        : {
            ...now,
            steering: now.steering.map((steering) =>
              steering.service === move.service ? steer(steering, move) : steering,
            ),
          },
    current,
  )

/** Services whose requests find somebody, or wait. */
export const servedServices = ({ slots: seated, steering }: CurrentEdge): Set<string> =>
  new Set([
    ...seated.filter(({ role }) => role?.role === 'live').map(({ service }) => service),
    ...steering.filter(({ held }) => held === true).map(({ service }) => service),
  ])
