/** A place in a zone's own calendar: a day, counted in UTC as if it were one there, and a minute of it. */
export interface WallTime {
  /** Days since 1970-01-01. */
  day: number
  /** 0 to 1439. */
  minute: number
}

/** What a zone's clocks show, and when they show it. */
export interface ZoneClock {
  wallAt(instant: Date): WallTime
  /**
   * First and last moment that a wall time stands for. They differ where clocks go back and show it twice; where they
   * go forward and skip it, they are the same distance before and after the jump.
   */
  momentsOf(wall: WallTime): { firstMs: number; lastMs: number }
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The clock of a zone of the tz database, from the runtime's own copy of it. Throws RangeError on an unknown zone. */
export function zoneClock(zone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  /** The wall time read as if it were UTC. */
  const shownMs = (instantMs: number): number => {
    const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
    return Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
  }
  const offsetMs = (instantMs: number): number => shownMs(instantMs) - Math.floor(instantMs / 1_000) * 1_000

  return {
    wallAt(instant) {
      const shown = shownMs(instant.getTime())
      const day = Math.floor(shown / DAY_MS)
      return { day, minute: Math.floor((shown - day * DAY_MS) / MINUTE_MS) }
    },
    momentsOf({ day, minute }) {
      const wantedMs = day * DAY_MS + minute * MINUTE_MS
      // No zone changes its clocks twice in two days, so these two offsets are all there can be.
      const candidates = [-DAY_MS, DAY_MS].map((away) => wantedMs - offsetMs(wantedMs + away))
      const shown = candidates.filter((candidate) => shownMs(candidate) === wantedMs)
      const moments = shown.length > 0 ? shown : candidates
      return { firstMs: Math.min(...moments), lastMs: Math.max(...moments) }
    },
  }
}
