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
  if (number === null || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return null
  const size = 2 ** (32 - Number(bits))
  return number - (number % size)
}

function numberOf(address: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number)
  if (parts === undefined || parts.some((part) => part > 255)) return null
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}
