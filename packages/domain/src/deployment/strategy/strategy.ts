import { duration } from '../../config/duration-text.ts'

/**
 * How the traffic of one service goes from the release before to the one that comes.
 * - `blue-green`: all of it at once, the old release ready behind it
 * - `canary`: a growing share, judged at each weight against the old release
 * - `handoff`: all of it at once, then the streams left on the old instance are cut, each once
 * - `rolling`: replica by replica, the first of them judged beside the old ones before the others follow
 * - `recreate-hold`: requests wait while the old instance stops and the new one starts; the two never overlap
 */
export type ServiceStrategy =
  | { type: 'blue-green' }
  | CanaryStrategy
  | { type: 'handoff'; cutAfterMs: number }
  | { type: 'recreate-hold' }
  | RollingStrategy

export interface CanaryStrategy {
  type: 'canary'
  /** Shares of the traffic in ten-thousandths, rising, each below 10000: all of it is the switch at the end. */
  weights: number[]
  /** Shortest time at each weight, however clear the verdict. */
  atLeastMs: number
  /** A verdict that is not reached within this time is inconclusive. */
  atMostMs: number
  /** Clients stay on the side they were drawn to. */
  cohort: boolean
}

export interface RollingStrategy {
  type: 'rolling'
  /** Shortest time for which the first replica is judged, however clear the verdict. */
  atLeastMs: number
  /** A verdict that is not reached within this time is inconclusive. */
  atMostMs: number
}

export type StrategyType = ServiceStrategy['type']

export const strategyTypes = ['blue-green', 'canary', 'handoff', 'recreate-hold', 'rolling'] as const

/** Whether old and new may run side by side, so that the new one can be seen healthy before anything is touched. */
export const overlaps = (strategy: ServiceStrategy): boolean => strategy.type !== 'recreate-hold'

/** Whether the old instance stays up behind the new one after the switch. A replaced replica does not: its slot is needed. */
export const keepsOld = (strategy: ServiceStrategy): boolean =>
  overlaps(strategy) && strategy.type !== 'rolling'

/** Whether one instance alone serves at any time, as a service declared `single` needs. */
export const keepsSingle = (strategy: ServiceStrategy): boolean =>
  strategy.type === 'handoff' || strategy.type === 'recreate-hold'

/** What going back from a release costs a service that went over by this strategy, as a plan tells it beforehand. */
export function wayBackText({ type }: ServiceStrategy, warmMs: number): string {
  const atOnce = `at once for ${duration(warmMs)} after the bake, later once the old one has started`
  switch (type) {
    case 'blue-green':
    case 'canary':
      return `${atOnce}; no request waits`
    case 'handoff':
      return `${atOnce}; streams are cut once more`
    case 'rolling':
      return 'replica by replica, each started again before the one it replaces stops; no request waits'
    case 'recreate-hold':
      return 'requests wait while the new instance stops and the old one starts'
  }
}
