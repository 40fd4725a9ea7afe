import type { Outcome } from '../environment/environment-state.ts'
import type { JobPlan } from './plan.ts'

/**
 * One thing to bring about. Each is an "ensure": doing it twice is doing it once, so a controller killed before, during
 * or after it simply does it again. `step` is its key in the ledger.
 */
export type Command =
  | { do: 'pull-images'; step: string }
  | { do: 'make-backup'; step: string; job: JobPlan }
  | { do: 'evaluate-gates'; step: string }
  | { do: 'prepare-host'; step: string }
  | { do: 'run-job'; step: string; job: JobPlan }
  | { do: 'start-candidates'; step: string; services: string[] }
  | { do: 'admit-candidates'; step: string; services: string[] }
  | { do: 'await-healthy'; step: string; services: string[] }
  | { do: 'run-smoke-checks'; step: string }
  | { do: 'switch-traffic'; step: string }
  | { do: 'start-accessories'; step: string }
  | { do: 'retire-older'; step: string }
  | { do: 'watch-bake'; step: string; durationMs: number }
  | { do: 'restore-traffic'; step: string }
  | { do: 'remove-candidates'; step: string }
  | { do: 'finish'; step: string; outcome: Outcome; reason: string }

export type CommandKind = Command['do']
