import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatFreezeWindow, parseFreezeWindow } from './freeze-window.ts'

test('a weekend is read as days, minutes and a zone', () => {
  expect(parseFreezeWindow('Fri 16:00-Mon 08:00 Europe/Berlin')).toEqual({
    ok: true,
    window: {
      fromDay: 5,
      fromMinute: 960,
      toDay: 1,
      toMinute: 480,
      zone: 'Europe/Berlin',
      text: 'Fri 16:00-Mon 08:00 Europe/Berlin',
    },
  })
})

test.each([
  ['Fri 16:00', 'is no weekly window'],
  ['Fri 24:00-Mon 08:00 UTC', 'is no weekly window'],
  ['Friday 16:00-Mon 08:00 UTC', 'is no weekly window'],
  ['Fri 16:00-Mon 08:00 Europe/Berln', 'names the time zone Europe/Berln, which is unknown'],
  ['Fri 16:00-Fri 16:00 UTC', 'starts and ends at the same minute'],
])('%s %s', (text, message) => {
  expect(parseFreezeWindow(text)).toMatchObject({ ok: false, message })
})

test('a mistyped zone is answered with the near one, a strange one with the form', () => {
  expect(parseFreezeWindow('Fri 16:00-Mon 08:00 Europe/Berln')).toMatchObject({
    hint: 'did you mean Europe/Berlin?',
  })
  expect(parseFreezeWindow('Fri 16:00-Mon 08:00 Middle-Earth')).toMatchObject({
    hint: 'a zone is written like Europe/Berlin or UTC',
  })
})

test('every window is read back from its text', () => {
  const window = fc.record({
    fromDay: fc.integer({ min: 1, max: 7 }),
    fromMinute: fc.integer({ min: 0, max: 1439 }),
    toDay: fc.integer({ min: 1, max: 7 }),
    toMinute: fc.integer({ min: 0, max: 1439 }),
    zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'),
  })
  fc.assert(
    fc.property(window, (written) => {
      fc.pre(written.fromDay !== written.toDay || written.fromMinute !== written.toMinute)
      const text = formatFreezeWindow(written)
      expect(parseFreezeWindow(text)).toEqual({ ok: true, window: { ...written, text } })
    }),
  )
})
