import type { FreezeWindow } from '../config/resolved-config.ts'
import { zoneClock } from './zone-clock.ts'
import type { ZoneClock } from './zone-clock.ts'

/**
 * Whether a weekly window is closed at an instant, and until when. The end itself is open again. Where clocks change,
 * the window is the longer of the two readings: a skipped or repeated hour never opens it early.
 */
export function frozenAt(window: FreezeWindow, instant: Date): { until: Date } | null {
  const clock = zoneClock(window.zone)
  const today = clock.wallAt(instant).day
  const lastStart = today - ((weekdayOf(today) - window.fromDay + 7) % 7)
  let untilMs: number | null = null
  // The week before may still run, and a clock change can begin the next one while the calendar shows the day before.
  for (const startDay of [lastStart - 7, lastStart, lastStart + 7]) {
    const { startMs, endMs } = occurrence(window, startDay, clock)
    const soughtMs = untilMs ?? instant.getTime()
    if (startMs <= soughtMs && soughtMs < endMs) untilMs = endMs
  }
  return untilMs === null ? null : { until: new Date(untilMs) }
}

function occurrence(
  window: FreezeWindow,
  startDay: number,
  clock: ZoneClock,
): { startMs: number; endMs: number } {
  const sameDay = window.toDay === window.fromDay && window.toMinute > window.fromMinute
  const days = sameDay ? 0 : ((window.toDay - window.fromDay + 6) % 7) + 1
  return {
    startMs: clock.momentsOf({ day: startDay, minute: window.fromMinute }).firstMs,
    endMs: clock.momentsOf({ day: startDay + days, minute: window.toMinute }).lastMs,
  }
}

/** 1 (Monday) to 7; day 0 of the epoch was a Thursday. */
const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1
