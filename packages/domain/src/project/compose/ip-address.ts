import { z } from 'zod'

const IPV4 = z.ipv4()
const IPV6 = z.ipv6()
const IPV4_SUBNET = z.cidrv4()

export const isIpv4 = (text: string): boolean => IPV4.safeParse(text).success

/** An address of either family, without brackets. */
export const isAddress = (text: string): boolean => isIpv4(text) || IPV6.safeParse(text).success

/** `10.1.0.0/24` */
export const isIpv4Subnet = (text: string): boolean => IPV4_SUBNET.safeParse(text).success

/** Moves an address to another subnet, keeping its distance from the start; null where one of them is no IPv4. */
export function moveAddress(address: string, fromSubnet: string, toSubnet: string): string | null {
  const at = numberOf(address)
  const from = baseOf(fromSubnet)
  const to = baseOf(toSubnet)
  if (at === null || from === null || to === null || at < from) return null
  const moved = to + (at - from)
  return [24, 16, 8, 0].map((shift) => Math.floor(moved / 2 ** shift) % 256).join('.')
}

function baseOf(subnet: string): number | null {
  const [address = '', bits = ''] = subnet.split('/')
  const number = numberOf(address)
  if (number === null || !isIpv4Subnet(subnet)) return null
  return number - (number % 2 ** (32 - Number(bits)))
}

const numberOf = (address: string): number | null =>
  isIpv4(address) ? address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : null
