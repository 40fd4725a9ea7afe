import fc from 'fast-check'
import { expect, test } from 'vitest'
import { zoneClock } from './zone-clock.ts'

const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Africa/Cairo',
)
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000

test('a clock shows the day and minute of its zone', () => {
  const berlin = zoneClock('Europe/Berlin')
  expect(berlin.wallAt(new Date('2026-01-31T23:30:00Z'))).toEqual({ day: day('2026-02-01'), minute: 30 })
  expect(berlin.wallAt(new Date('2026-07-31T21:59:59.999Z'))).toEqual({
    day: day('2026-07-31'),
    minute: 23 * 60 + 59,
  })
})

test('an hour that clocks show twice has a first and a last moment', () => {
  const moments = zoneClock('Europe/Berlin').momentsOf({ day: day('2026-10-25'), minute: 150 })
  expect(new Date(moments.firstMs).toISOString()).toBe('2026-10-25T00:30:00.000Z')
  expect(new Date(moments.lastMs).toISOString()).toBe('2026-10-25T01:30:00.000Z')
})

test('an hour that clocks skip is taken from before and after the jump', () => {
  const moments = zoneClock('Europe/Berlin').momentsOf({ day: day('2026-03-29'), minute: 150 })
  expect(new Date(moments.firstMs).toISOString()).toBe('2026-03-29T00:30:00.000Z')
  expect(new Date(moments.lastMs).toISOString()).toBe('2026-03-29T01:30:00.000Z')
})

test('every moment lies between the first and last moment of what its clock shows', () => {
  const instant = fc.date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(zones, instant, (zone, at) => {
      const clock = zoneClock(zone)
      const { firstMs, lastMs } = clock.momentsOf(clock.wallAt(at))
      return firstMs <= at.getTime() && at.getTime() < lastMs + 60_000
    }),
  )
})

test('a zone that does not exist is refused', () => {
  expect(() => zoneClock('Middle/Earth')).toThrow(RangeError)
})
