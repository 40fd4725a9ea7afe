import { duration } from '@towpath/domain/config/duration-text.ts'

/** `12:03:04Z`: one zone for every reader of a log. */
export const clockTime = (at: string): string => `${at.slice(11, 19)}Z`

/** `3 h ago`, or the date where that is easier to place. */
export function ago(at: string, now: Date): string {
  const passedMs = now.getTime() - Date.parse(at)
  if (passedMs > 14 * 86_400_000) return at.slice(0, 10)
  return passedMs < 1_000 ? 'just now' : `${coarse(passedMs)} ago`
}

/** Time from one moment to another, never negative: clocks of two machines may differ. */
export const between = (from: string, to: string | Date): string =>
  duration(Math.max(0, (to instanceof Date ? to.getTime() : Date.parse(to)) - Date.parse(from)))

/** Time that is left, or null where it is over. */
export function left(until: string, now: Date): string | null {
  const leftMs = Date.parse(until) - now.getTime()
  return leftMs > 0 ? coarse(leftMs) : null
}

/** One unit is enough for what a person only glances at. */
const coarse = (ms: number): string =>
  duration(Math.max(1_000, Math.round(ms / 1_000) * 1_000))
    .split(' ')
    .slice(0, 2)
    .join(' ')
    .replace('.0', '')
