import { suggestWord } from './did-you-mean.ts'
import type { FreezeWindow } from './resolved-config.ts'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

/** Text of a weekly window: day and time, day and time, zone of the tz database. */
export const FREEZE_WINDOW_PATTERN =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):([0-5]\d)-(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):([0-5]\d) ([A-Za-z0-9_+/-]{1,64})$/

export type FreezeReading =
  | { ok: true; window: FreezeWindow }
  | { ok: false; message: string; hint: string | null }

/** Reads `Fri 16:00-Mon 08:00 Europe/Berlin`. A failed reading says what is wrong in words that follow a key's path. */
export function parseFreezeWindow(text: string): FreezeReading {
  const match = FREEZE_WINDOW_PATTERN.exec(text)
  if (match === null)
    return { ok: false, message: 'is no weekly window', hint: 'write Fri 16:00-Mon 08:00 Europe/Berlin' }
  const [, fromDay = '', fromHour, fromMinute, toDay = '', toHour, toMinute, zone = ''] = match
  const window: FreezeWindow = {
    fromDay: dayNumber(fromDay),
    fromMinute: Number(fromHour) * 60 + Number(fromMinute),
    toDay: dayNumber(toDay),
    toMinute: Number(toHour) * 60 + Number(toMinute),
    zone,
    text,
  }
  if (!isZone(zone)) {
    const hint = suggestWord(zone, Intl.supportedValuesOf('timeZone')) ?? ''
    return { ok: false, message: `names the time zone ${zone}, which is unknown`, hint: shortHint(hint) }
  }
  if (window.fromDay === window.toDay && window.fromMinute === window.toMinute) {
    return {
      ok: false,
      message: 'starts and ends at the same minute',
      hint: 'a window is shorter than a week; write two of them',
    }
  }
  return { ok: true, window }
}

/** The text that `parseFreezeWindow` reads back to the same window. */
export function formatFreezeWindow(window: Omit<FreezeWindow, 'text'>): string {
  const from = `${DAYS[window.fromDay - 1]} ${clockText(window.fromMinute)}`
  const to = `${DAYS[window.toDay - 1]} ${clockText(window.toMinute)}`
  return `${from}-${to} ${window.zone}`
}

const dayNumber = (name: string): number => DAYS.findIndex((day) => day === name) + 1

const clockText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** The list of all zones is no help to anybody. */
const shortHint = (hint: string): string =>
  hint.length > 80 ? 'a zone is written like Europe/Berlin or UTC' : hint

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
