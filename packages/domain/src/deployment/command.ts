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
  | { do: 'run-smoke-checks'; step: string; services: string[] }
  | { do: 'hold-traffic'; step: string; services: string[] }
  | { do: 'stop-old'; step: string; services: string[] }
  | ShiftTraffic
  | JudgeTrial
  | AwaitPerson
  | { do: 'switch-traffic'; step: string; services: string[] }
  | { do: 'cut-streams'; step: string; services: string[]; afterMs: number }
  | { do: 'take-names'; step: string }
  | { do: 'start-accessories'; step: string }
  | { do: 'retire-older'; step: string }
  | { do: 'watch-bake'; step: string; durationMs: number; by: Measure }
  | { do: 'await-fleet'; step: string }
  | OneHost<'start-host'>
  | OneHost<'await-host'>
  | { do: 'agree'; step: string }
  | OneHost<'return-host'>
  | OneHost<'await-return'>
  | GoBack<'restore-traffic'>
  | GoBack<'remove-candidates'>
  | { do: 'finish'; step: string; outcome: Outcome; reason: string }

/** A step of the way back: of one replica that had its turn, or without one of all that went over otherwise. */
interface GoBack<K extends string> {
  do: K
  step: string
  replica?: string
}

/** A step of an environment with several hosts: what one of them does is a deployment of its own. */
interface OneHost<K extends string> {
  do: K
  step: string
  host: string
}

/** Gives a candidate its share of a service's traffic. */
export interface ShiftTraffic {
  do: 'shift-traffic'
  step: string
  services: string[]
  perMyriad: number
}

/** Compares a candidate with the live release at its present share until one of them is shown to be worse, or time is over. */
export interface JudgeTrial {
  do: 'judge-trial'
  step: string
  services: string[]
  perMyriad: number
  atLeastMs: number
  atMostMs: number
  by: Measure
}

/** What a verdict rests on: requests of real clients, or where those are too few, requests of our own. */
export type Measure = 'traffic' | 'probes'

/** Keeps everything as it is until a person resumes or aborts. */
export interface AwaitPerson {
  do: 'await-person'
  step: string
  /** The step whose verdict was inconclusive. */
  after: string
}

export type CommandKind = Command['do']
