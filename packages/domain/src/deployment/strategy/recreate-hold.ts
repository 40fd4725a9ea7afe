import type { Command } from '../command.ts'
import type { Move } from './move.ts'

/** For what must never run twice: requests wait at the edge from before the old one stops until the new one is healthy. */
export const recreateHoldSteps = (
  { services, key }: Move,
  { hasOld, isChecked }: { hasOld: boolean; isChecked: boolean },
): Command[] => [
  ...(hasOld
    ? ([
        { do: 'hold-traffic', step: `hold-traffic${key}`, services },
        { do: 'stop-old', step: `stop-old${key}`, services },
      ] as const)
    : []),
  { do: 'start-candidates', step: `start-candidates${key}`, services },
  { do: 'admit-candidates', step: `admit-candidates${key}`, services },
  { do: 'await-healthy', step: `await-healthy${key}`, services },
  ...(isChecked ? [{ do: 'run-smoke-checks', step: `run-smoke-checks${key}`, services } as const] : []),
  { do: 'switch-traffic', step: `switch-traffic${key}`, services },
]
