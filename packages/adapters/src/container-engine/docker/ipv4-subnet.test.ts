import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressAt, parseIpv4Subnet, upperHalf } from './ipv4-subnet.ts'

const subnetOf = (cidr: string) => {
  const subnet = parseIpv4Subnet(cidr)
  if (subnet === null) throw new Error(cidr)
  return subnet
}

describe('addressAt', () => {
  it('counts from the base across byte borders', () => {
    expect(addressAt(subnetOf('172.18.0.0/16'), 2)).toBe('172.18.0.2')
    expect(addressAt(subnetOf('172.18.0.0/16'), 300)).toBe('172.18.1.44')
    expect(addressAt(subnetOf('255.255.255.0/24'), 254)).toBe('255.255.255.254')
  })

  it('gives neither the network address, nor the broadcast address, nor one outside', () => {
    const subnet = subnetOf('10.0.0.0/29')
    expect([0, 7, 8, -1, 1.5].map((offset) => addressAt(subnet, offset))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
  })

  it('keeps every usable address inside its own subnet', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 32 - 1 }),
        fc.integer({ min: 8, max: 30 }),
        fc.nat(),
        (ip, prefix, nat) => {
          const text = [24, 16, 8, 0].map((bits) => (ip >>> bits) & 255).join('.')
          const subnet = subnetOf(`${text}/${prefix}`)
          const offset = 1 + (nat % (2 ** (32 - prefix) - 2))
          const address = addressAt(subnet, offset)
          expect(parseIpv4Subnet(`${address}/${prefix}`)).toEqual(subnet)
        },
      ),
    )
  })
})

describe('parseIpv4Subnet', () => {
  it.each(['', '10.0.0.0', '10.0.0.256/24', '10.0.0.0/33', 'fd00::/64', '10.0.0.0/24 ', '10.0.0/24'])(
    'refuses %j',
    (text) => {
      expect(parseIpv4Subnet(text)).toBeNull()
    },
  )
})

describe('upperHalf', () => {
  it('leaves the lower half for fixed addresses', () => {
    expect(upperHalf(subnetOf('172.18.0.0/16'))).toBe('172.18.128.0/17')
    expect(upperHalf(subnetOf('10.0.0.0/24'))).toBe('10.0.0.128/25')
  })
})
