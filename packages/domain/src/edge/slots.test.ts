import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressAt, edgeOffset, slotNames, slotOffset } from './slots.ts'

describe('slot addresses', () => {
  it('are all different, and none is the edge’s', () => {
    const offsets = Array.from({ length: 20 }, (_, number) =>
      slotNames.map((slot) => slotOffset(number, slot)),
    ).flat()
    expect(new Set([...offsets, edgeOffset]).size).toBe(offsets.length + 1)
  })

  it('count on across octets', () => {
    expect(addressAt('172.20.0.0/16', 300)).toBe('172.20.1.44')
    expect(addressAt('10.0.0.128/25', 2)).toBe('10.0.0.130')
  })

  it('are refused where the network has no room or is malformed', () => {
    expect(() => addressAt('10.0.0.0/28', 16)).toThrow(RangeError)
    expect(() => addressAt('10.0.0/24', 2)).toThrow(RangeError)
    expect(() => addressAt('', 2)).toThrow(RangeError)
  })

  it('grow with their offset', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), (offset) => {
        const number = (text: string): number =>
          text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
        expect(number(addressAt('10.1.0.0/16', offset)) - number('10.1.0.0')).toBe(offset)
      }),
    )
  })
})
