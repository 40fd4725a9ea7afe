import { isSamePicture } from './picture.ts'
import type { Picture } from './picture.ts'

/** A script replaces one service after the other: a picture counts once it stood still for so long. */
export const settleMs = 4_000
/** A picture that never stands still is taken as it is after this time. */
export const formMaxMs = 10 * 60_000

/** What was recorded last, and what is seen to be forming since. Plain data; grows look by look. */
export interface Noticing {
  recorded: Picture
  forming: { picture: Picture; sinceMs: number; firstMs: number } | null
}

export interface Noticed {
  noticing: Noticing
  /** The change that has come to rest with this look; `formedMs` is how long it took from its first sign. */
  change: { from: Picture; to: Picture; formedMs: number } | null
}

/**
 * One more look. `nowMs` is of a clock that only grows. A change is told once, when the picture stood still; one that
 * was taken back before that is none.
 */
export function noticeChange(
  noticing: Noticing,
  { picture, nowMs }: { picture: Picture; nowMs: number },
): Noticed {
  const { recorded, forming } = noticing
  if (isSamePicture(recorded, picture)) return { noticing: { recorded, forming: null }, change: null }
  const isLate = forming !== null && nowMs - forming.firstMs >= formMaxMs
  if (forming === null || (!isLate && !isSamePicture(forming.picture, picture))) {
    const next = { picture, sinceMs: nowMs, firstMs: forming?.firstMs ?? nowMs }
    return { noticing: { recorded, forming: next }, change: null }
  }
  if (!isLate && nowMs - forming.sinceMs < settleMs) return { noticing, change: null }
  return {
    noticing: { recorded: picture, forming: null },
    change: { from: recorded, to: picture, formedMs: nowMs - forming.firstMs },
  }
}
