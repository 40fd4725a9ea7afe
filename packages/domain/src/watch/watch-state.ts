import type { LedgerEvent } from '../ledger/event.ts'
import { hasSameImages } from './picture.ts'
import type { Picture } from './picture.ts'

/** What watching an environment starts from. */
export interface WatchFacts {
  /** Digests of the project's files and of its merged config. */
  snapshot: string
  config: string
  /** What ran when watching began, or began anew: the first change is one from here. */
  picture: Picture
}

/** How an environment is watched, as the ledger tells it. */
export interface WatchState extends WatchFacts {
  by: string
  at: string
  /** Since when it runs what it runs, as far as anybody saw; RFC 3339. */
  changedAt: string
  /** The observed deployment that is not judged yet; the newest one only. */
  judging: string | null
  observed: number
  /** Newest first, at most `ranWellMax`: what passed its judgement, with how long it was watched. */
  ranWell: { picture: Picture; at: string; watchedMs: number }[]
}

export const ranWellMax = 20

type WatchEvent = LedgerEvent & {
  type: 'watch.started' | 'watch.stopped' | 'deployment.observed' | 'deployment.judged'
}

/** Folds one event into how an environment is watched; null where nobody watches it. */
export function foldWatch(state: WatchState | null, event: WatchEvent): WatchState | null {
  switch (event.type) {
    case 'watch.started':
      return started(state, event)
    case 'watch.stopped':
      return null
    case 'deployment.observed':
      return (
        state && {
          ...state,
          ...{ picture: event.data.to, changedAt: event.at },
          ...{ judging: event.data.id, observed: state.observed + 1 },
        }
      )
    case 'deployment.judged':
      return state && judged(state, event)
  }
}

/**
 * What ran before anybody watched was found wanting by nobody, so going back to it is going back. A watch that goes on by
 * newer files keeps what it knows of a service: a change that is just coming must still be seen as one.
 */
function started(
  state: WatchState | null,
  { data, actor, at }: WatchEvent & { type: 'watch.started' },
): WatchState {
  const { snapshot, config, picture } = data
  const begun = { snapshot, config, by: actor, at }
  if (state === null) {
    const ranWell = [{ picture, at, watchedMs: 0 }]
    return { ...begun, picture, changedAt: at, judging: null, observed: 0, ranWell }
  }
  const known = Object.entries(picture).map(([service, seen]) => [service, state.picture[service] ?? seen])
  return { ...state, ...begun, picture: Object.fromEntries(known) as Picture }
}

function judged(state: WatchState, { data, at }: WatchEvent & { type: 'deployment.judged' }): WatchState {
  if (state.judging !== data.id) return state
  const settled = { ...state, judging: null }
  if (data.verdict !== 'pass') return settled
  const others = state.ranWell.filter(({ picture }) => !hasSameImages(picture, state.picture))
  const entry = { picture: state.picture, at, watchedMs: data.watchedMs }
  return { ...settled, ranWell: [entry, ...others].slice(0, ranWellMax) }
}

/** Whether what runs now was found wanting by nobody. Only then it is what the next deployment may be compared with. */
export const runsWell = ({ picture, ranWell }: WatchState): boolean =>
  ranWell.some((one) => hasSameImages(one.picture, picture))
