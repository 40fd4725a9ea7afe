import type { Command } from '../command.ts'
import type { Move } from './move.ts'

/**
 * For one instance that keeps streams or state in memory: what happens on the new one does not reach streams on the
 * old, so these are cut soon after the switch and come back by themselves, each once.
 */
export const handoffSteps = (
  { services, key }: Move,
  { cutAfterMs, hasOld }: { cutAfterMs: number; hasOld: boolean },
): Command[] => [
  { do: 'switch-traffic', step: `switch-traffic${key}`, services },
  ...(hasOld
    ? [{ do: 'cut-streams', step: `cut-streams${key}`, services, afterMs: cutAfterMs } as const]
    : []),
]
