import { planSteering, type CurrentSteering, type SteeringAct, type SteeringTurn } from './plan-steering.ts'
import type { SlotRole, WantedEdge, WantedService, WantedSlot } from './wanted.ts'

/** What the running edge does. */
export interface CurrentEdge {
  slots: CurrentSlot[]
  steering: CurrentSteering[]
}

/** One slot as the running edge has it. `role` is null where it is in no state that we set; it is then set anew. */
export interface CurrentSlot {
  service: string
  slot: string
  role: SlotRole | null
  release: string | null
}

/**
 * - `admit`: probed from now on and down until a probe passes, no traffic
 * - `label`: logs name this release for the slot
 * - `raise`: takes traffic with this weight
 * - `stand-by`: gets new requests only when every live slot is down
 * - `lower`: takes traffic with this smaller weight
 * - `drain`: finishes what it has
 * - `retire`: neither probed nor reached
 */
export type EdgeAct =
  | { act: 'admit' }
  | { act: 'label'; release: string | null }
  | { act: 'raise'; weight: number }
  | { act: 'stand-by' }
  | { act: 'lower'; weight: number }
  | { act: 'drain' }
  | { act: 'retire' }

export type SlotMove = EdgeAct & { service: string; slot: string }
export type EdgeMove = SlotMove | (SteeringAct & { service: string })

/**
 * The moves that bring a running edge to what is wanted, in the order they must be made; none when it is there.
 * What takes traffic comes before what loses it, service by service in the wanted order, so that stopping after any
 * move leaves a live slot, or requests that wait, wherever there was one of both and is to be. Slots the edge does not
 * know yet are left out: they come with its file.
 */
export function planMoves(current: CurrentEdge, wanted: WantedEdge): EdgeMove[] {
  return wanted.services.flatMap((service) => {
    const slots = current.slots.filter((slot) => slot.service === service.service)
    const ranked = [...slotMoves(slots, service), ...steeringMoves(current, slots, service)]
    return ranked
      .toSorted((one, other) => rankOf(one) - rankOf(other))
      .map(({ turn: _turn, ...move }) => ({ ...move, service: service.service }))
  })
}

/** A move that gives is made before one that takes away. */
type Turn = 'give' | 'take'
type RankedSlotMove = EdgeAct & { slot: string; turn: Turn }
type Ranked = RankedSlotMove | (SteeringAct & { turn: SteeringTurn })

/** `admit` before `label`: a run that stops between them admits again, because the label still tells the older release. */
const order: Ranked['act'][] = ['admit', 'label', 'raise', 'stand-by', 'lower', 'drain', 'retire']
/** Steering is in no order of its own: it stays as it was planned. */
const rankOf = ({ act, turn }: Ranked): number =>
  turns.indexOf(turn) * (order.length + 1) + order.indexOf(act) + 1
const turns: Ranked['turn'][] = ['before-all', 'give', 'after-giving', 'take']

const slotMoves = (current: CurrentSlot[], { slots }: WantedService): RankedSlotMove[] =>
  slots.flatMap((slot) => {
    const now = current.find((known) => known.slot === slot.slot)
    return now === undefined ? [] : movesOf(now, slot)
  })

function steeringMoves(
  { steering }: CurrentEdge,
  current: CurrentSlot[],
  wanted: WantedService,
): Extract<Ranked, { turn: SteeringTurn }>[] {
  const now = steering.find((known) => known.service === wanted.service)
  if (now === undefined) return []
  const newcomers = wanted.slots.filter(({ slot, release }) =>
    current.some((known) => known.slot === slot && known.release !== release),
  )
  return planSteering(now, wanted, new Set(newcomers.map(({ slot }) => slot)))
}

function movesOf(now: CurrentSlot, slot: WantedSlot): RankedSlotMove[] {
  const turn: Turn = now.role !== null && now.role.role !== 'live' ? 'give' : 'take'
  const isNewcomer = now.release !== slot.release
  const label: RankedSlotMove[] = isNewcomer
    ? [{ act: 'label', release: slot.release, slot: slot.slot, turn: slot.role === 'off' ? 'take' : 'give' }]
    : []
  const traffic = trafficMove(now.role, slot, isNewcomer)
  return traffic === null
    ? label
    : [{ ...traffic, slot: slot.slot, turn: traffic.act === 'raise' ? 'give' : turn }, ...label]
}

function trafficMove(now: SlotRole | null, slot: WantedSlot, isNewcomer: boolean): EdgeAct | null {
  const role = now?.role ?? null
  switch (slot.role) {
    case 'live':
      return weightMove(now, slot.weight)
    case 'candidate':
      return candidateMove(role, isNewcomer)
    case 'backup':
      return role === 'backup' ? null : { act: 'stand-by' }
    case 'draining':
      return role === 'draining' ? null : { act: 'drain' }
    case 'off':
      return role === 'off' ? null : { act: 'retire' }
  }
}

const weightMove = (now: SlotRole | null, weight: number): EdgeAct | null => {
  if (now?.role !== 'live' || now.weight < weight) return { act: 'raise', weight }
  return now.weight === weight ? null : { act: 'lower', weight }
}

/** Whoever comes new into the slot has to pass a probe; who was there already only loses traffic. */
const candidateMove = (role: SlotRole['role'] | null, isNewcomer: boolean): EdgeAct | null => {
  if (role === null || role === 'off' || isNewcomer) return { act: 'admit' }
  return role === 'live' || role === 'backup' ? { act: 'drain' } : null
}
