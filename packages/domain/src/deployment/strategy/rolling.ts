import type { Command } from '../command.ts'
import type { Deployment } from '../deployment-state.ts'
import { canarySteps } from './canary.ts'
import type { Move } from './move.ts'
import { oldKeysOf } from './turn.ts'
import type { RollingStrategy } from './strategy.ts'

/**
 * One replica after the other: the new one takes traffic, then the old one of its turn finishes what it has and stops,
 * which frees its slot for a later turn. The first is on trial beside all old ones, at the share that each of them has,
 * and is judged before any of them leaves; it was started and checked before the move, in the slot to spare.
 */
export function rollingSteps(
  state: Deployment,
  { services: replicas }: Move,
  strategy: RollingStrategy,
): Command[] {
  const isJudged = state.kind !== 'rollback' && oldKeysOf(state, replicas).length > 0
  return replicas.flatMap((replica, index): Command[] => {
    const turn = { services: [replica], key: `:${replica}` }
    const isTrial = index === 0 && isJudged
    return [
      ...(index === 0 ? [] : startSteps(turn)),
      ...(isTrial
        ? canarySteps(state, turn, { ...strategy, weights: [evenShare(state, replicas)] })
        : [{ do: 'switch-traffic', step: `switch-traffic${turn.key}`, services: turn.services } as const]),
      ...(oldKeysOf(state, turn.services).length > 0
        ? [{ do: 'stop-old', step: `stop-old${turn.key}`, services: turn.services } as const]
        : []),
    ]
  })
}

type Turn = Pick<Move, 'services' | 'key'>

const startSteps = ({ services, key }: Turn): Command[] => [
  { do: 'start-candidates', step: `start-candidates${key}`, services },
  { do: 'admit-candidates', step: `admit-candidates${key}`, services },
  { do: 'await-healthy', step: `await-healthy${key}`, services },
]

/** What one more gets where all get the same, in ten-thousandths. */
const evenShare = (state: Deployment, replicas: string[]): number =>
  Math.floor(10_000 / (oldKeysOf(state, replicas).length + 1))

/** A turn taken back: the old replica runs and takes traffic again before the new one loses it and is gone, slot and all. */
export const turnBackSteps = (replica: string): Command[] => [
  { do: 'restore-traffic', step: `restore-traffic:${replica}`, replica },
  { do: 'remove-candidates', step: `remove-candidates:${replica}`, replica },
]
