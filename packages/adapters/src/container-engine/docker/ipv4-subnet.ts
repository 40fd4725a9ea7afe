/** An IPv4 network: `base` is its first address as an unsigned 32-bit number. */
export interface Ipv4Subnet {
  base: number
  prefixLength: number
}

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/

/** Reads `10.1.2.0/24`; `null` for anything else, IPv6 included. Host bits are cleared. */
export function parseIpv4Subnet(cidr: string): Ipv4Subnet | null {
  const match = CIDR.exec(cidr)
  if (match === null) return null
  const [a = 0, b = 0, c = 0, d = 0, prefixLength = 0] = match.slice(1).map(Number)
  if (Math.max(a, b, c, d) > 255 || prefixLength > 32) return null
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d
  return { base: address - (address % sizeOf(prefixLength)), prefixLength }
}

/**
 * The address `offset` places after the base, as dotted text; `null` where that is the network's own address, its
 * broadcast address or outside of it.
 */
export function addressAt({ base, prefixLength }: Ipv4Subnet, offset: number): string | null {
  const usable = Number.isInteger(offset) && offset > 0 && offset < sizeOf(prefixLength) - 1
  return usable ? dotted(base + offset) : null
}

/** The upper half, for addresses that the engine hands out, so that the lower half stays free for fixed ones. */
export function upperHalf({ base, prefixLength }: Ipv4Subnet): string {
  return `${dotted(base + sizeOf(prefixLength) / 2)}/${prefixLength + 1}`
}

const sizeOf = (prefixLength: number): number => 2 ** (32 - prefixLength)

const dotted = (address: number): string => [24, 16, 8, 0].map((bits) => (address >>> bits) & 255).join('.')
