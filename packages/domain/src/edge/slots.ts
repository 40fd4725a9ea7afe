/** Slots of a service: live, warm, candidate, and one to spare. Fixed for ever, so that an edge's structure never changes. */
export const slotNames = ['s1', 's2', 's3', 's4'] as const
export type SlotName = (typeof slotNames)[number]

/** Offsets below belong to the gateway, the edge itself and what a person may add by hand. */
const firstOffset = 16
/** Room for slots to grow without moving a neighbour. */
const offsetsPerService = 8
/** The edge's own place in its network. */
export const edgeOffset = 2

/** A slot's place in the slot network: the same number for the life of the environment. */
export function slotOffset(serviceNumber: number, slot: string): number {
  const index = slotNames.indexOf(slot as SlotName)
  return firstOffset + serviceNumber * offsetsPerService + Math.max(0, index)
}

/** `10.0.0.0/24` + 18 -> `10.0.0.18`. Throws RangeError where the subnet is too small or malformed. */
export function addressAt(subnet: string, offset: number): string {
  const [base = '', bits = ''] = subnet.split('/')
  const octets = base.split('.').map(Number)
  const valid =
    octets.length === 4 && octets.every((octet) => Number.isInteger(octet) && octet >= 0 && octet < 256)
  const size = 2 ** (32 - Number(bits))
  if (!valid || !Number.isInteger(size) || offset < 1 || offset >= size - 1)
    throw new RangeError(`no address ${offset} in the network ${subnet}`)
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0) + offset
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
