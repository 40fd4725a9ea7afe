import type { StepMoment } from '@towpath/app/installation.ts'

/** Where a crashing server dies, and who dies with it. */
export interface CrashPoint {
  step: string
  moment: StepMoment
  /** `pause`: nobody dies, and the controller does nothing more until it gets SIGCONT. */
  kill: 'server' | 'database' | 'both' | 'pause'
}

export const crashVariable = 'TOWPATH_TEST_CRASH'

export const moments: readonly StepMoment[] = ['before', 'acted', 'recorded']

export const crashPointText = ({ step, moment, kill }: CrashPoint): string =>
  `${kill} dies, ${moment} ${step}`

/** Small seeded generator (mulberry32), so that a printed seed brings the same points again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `count` different items in random order. */
export function pickSome<T>(items: readonly T[], count: number, random: () => number): T[] {
  const left = [...items]
  const picked: T[] = []
  while (picked.length < count && left.length > 0) {
    const [item] = left.splice(Math.floor(random() * left.length), 1)
    if (item !== undefined) picked.push(item)
  }
  return picked
}
