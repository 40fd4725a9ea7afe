import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatFreezeWindow, parseFreezeWindow } from '../config/freeze-window.ts'
import type { FreezeWindow } from '../config/resolved-config.ts'
import { frozenAt } from './frozen-at.ts'

const windowOf = (text: string): FreezeWindow => {
  const reading = parseFreezeWindow(text)
  if (!reading.ok) throw new Error(`${text} ${reading.message}`)
  return reading.window
}

const until = (text: string, instant: string): string | null =>
  frozenAt(windowOf(text), new Date(instant))?.until.toISOString() ?? null

describe('a weekend in Berlin', () => {
  const WEEKEND = 'Fri 16:00-Mon 08:00 Europe/Berlin'

  test.each([
    ['a minute before, in winter', '2026-01-09T14:59:59.999Z', null],
    ['its first moment, in winter', '2026-01-09T15:00:00Z', '2026-01-12T07:00:00.000Z'],
    ['its first moment, in summer', '2026-07-10T14:00:00Z', '2026-07-13T06:00:00.000Z'],
    ['in the middle', '2026-01-11T12:00:00Z', '2026-01-12T07:00:00.000Z'],
    ['its end', '2026-01-12T07:00:00Z', null],
    ['over the change to summer time', '2026-03-27T15:00:00Z', '2026-03-30T06:00:00.000Z'],
    ['over the change to winter time', '2026-10-23T14:00:00Z', '2026-10-26T07:00:00.000Z'],
    ['over the end of a year', '2027-01-01T15:00:00Z', '2027-01-04T07:00:00.000Z'],
  ])('%s', (_, instant, end) => {
    expect(until(WEEKEND, instant)).toBe(end)
  })
})

describe('clock changes never open a window early', () => {
  test('an end in the repeated hour is its second showing', () => {
    expect(until('Sat 22:00-Sun 02:30 Europe/Berlin', '2026-10-25T00:45:00Z')).toBe(
      '2026-10-25T01:30:00.000Z',
    )
  })
  test('a start in the repeated hour is its first showing', () => {
    expect(until('Sun 02:30-Sun 06:00 Europe/Berlin', '2026-10-25T00:30:00Z')).toBe(
      '2026-10-25T05:00:00.000Z',
    )
  })
  test('a window inside the skipped hour still closes around the jump', () => {
    expect(until('Sun 02:10-Sun 02:40 Europe/Berlin', '2026-03-29T01:00:00Z')).toBe(
      '2026-03-29T01:40:00.000Z',
    )
  })
  test('a start at a midnight that is skipped is taken from before the jump', () => {
    expect(until('Fri 00:00-Fri 06:00 Africa/Cairo', '2026-04-23T22:00:00Z')).toBe('2026-04-24T03:00:00.000Z')
  })
})

test('a window of a few minutes, and one of all week but a minute', () => {
  expect(until('Wed 12:00-Wed 12:05 UTC', '2026-01-07T12:04:59Z')).toBe('2026-01-07T12:05:00.000Z')
  expect(until('Wed 12:00-Wed 12:05 UTC', '2026-01-07T12:05:00Z')).toBeNull()
  expect(until('Wed 12:01-Wed 12:00 UTC', '2026-01-07T11:59:00Z')).toBe('2026-01-07T12:00:00.000Z')
  expect(until('Wed 12:01-Wed 12:00 UTC', '2026-01-07T12:00:30Z')).toBeNull()
})

const moment = fc.record({ day: fc.integer({ min: 1, max: 7 }), minute: fc.integer({ min: 0, max: 1439 }) })
const windows = fc
  .tuple(
    moment,
    moment,
    fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo'),
  )
  .filter(([from, to]) => from.day !== to.day || from.minute !== to.minute)
  .map(([from, to, zone]): FreezeWindow => {
    const window = { fromDay: from.day, fromMinute: from.minute, toDay: to.day, toMinute: to.minute, zone }
    return { ...window, text: formatFreezeWindow(window) }
  })
const instants = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })

/** What the clocks on the wall say, with no thought of clock changes. */
function shownAsFrozen(window: FreezeWindow, instant: Date): boolean {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: window.zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]))
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts.get('weekday') ?? '')
  const now = day * 1440 + Number(parts.get('hour')) * 60 + Number(parts.get('minute'))
  const from = (window.fromDay - 1) * 1440 + window.fromMinute
  const to = (window.toDay - 1) * 1440 + window.toMinute
  return from < to ? from <= now && now < to : from <= now || now < to
}

test('whatever the clocks on the wall show as frozen is frozen', () => {
  fc.assert(
    fc.property(
      windows,
      instants,
      (window, at) => !shownAsFrozen(window, at) || frozenAt(window, at) !== null,
    ),
    {
      numRuns: 1_000,
    },
  )
})

test('what the clocks show as open is open, except beside a clock change', () => {
  fc.assert(
    fc.property(windows, instants, (window, at) => {
      const changesNear = [-4, 4].some((hours) => {
        const near = new Date(at.getTime() + hours * 3_600_000)
        return offsetMinutes(window.zone, near) !== offsetMinutes(window.zone, at)
      })
      return changesNear || shownAsFrozen(window, at) || frozenAt(window, at) === null
    }),
    { numRuns: 1_000 },
  )
})

test('a freeze lasts until its end and not a moment longer', () => {
  fc.assert(
    fc.property(windows, instants, (window, at) => {
      const end = frozenAt(window, at)?.until
      if (end === undefined) return true
      const before = new Date(end.getTime() - 1)
      return (
        end > at &&
        frozenAt(window, end) === null &&
        frozenAt(window, before)?.until.getTime() === end.getTime()
      )
    }),
    { numRuns: 1_000 },
  )
})

test('every quarter hour of the weeks around each clock change agrees with its neighbours', () => {
  const window = windowOf('Sat 23:30-Sun 02:30 Europe/Berlin')
  for (const change of ['2026-03-29', '2026-10-25']) {
    const start = Date.parse(`${change}T00:00:00Z`) - 7 * 86_400_000
    const frozen = Array.from(
      { length: 14 * 96 },
      (_, step) => frozenAt(window, new Date(start + step * 900_000)) !== null,
    )
    const openings = frozen.filter((state, step) => step > 0 && frozen[step - 1] === true && !state)
    expect(openings).toHaveLength(2)
  }
})

function offsetMinutes(zone: string, instant: Date): number {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(instant)
  return Math.round((Date.parse(`${text.replace(' ', 'T')}Z`) - instant.getTime()) / 60_000)
}
