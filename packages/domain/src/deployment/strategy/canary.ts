import type { Command } from '../command.ts'
import type { Deployment } from '../deployment-state.ts'
import { unlessConclusive } from './inconclusive.ts'
import type { Move } from './move.ts'
import type { CanaryStrategy } from './strategy.ts'

/** At each weight: give the share, judge it, go on. What is not shown to be good never gets more. */
export const canarySteps = (
  state: Deployment,
  { services, key }: Pick<Move, 'services' | 'key'>,
  { weights, atLeastMs, atMostMs }: Pick<CanaryStrategy, 'weights' | 'atLeastMs' | 'atMostMs'>,
): Command[] => [
  ...weights.flatMap((perMyriad): Command[] => [
    { do: 'shift-traffic', step: `shift-traffic${key}:${perMyriad}`, services, perMyriad },
    ...unlessConclusive(state, `judge-trial${key}:${perMyriad}`, (step, by) => ({
      ...{ do: 'judge-trial', step, services, perMyriad },
      ...{ atLeastMs, atMostMs, by },
    })),
  ]),
  { do: 'switch-traffic', step: `switch-traffic${key}`, services },
]
