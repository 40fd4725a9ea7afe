import type { ServiceRole } from '../repository/service-role.ts'
import type { Survey } from '../repository/survey.ts'
import type { LineEdit } from '../repository/unified-patch.ts'
import type { WrittenService } from '../repository/written-compose.ts'

/** Pass was looked at and is good; unknown could not be told from what is here, and is never a pass. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'unknown'

/** One answer of `towpath check`, as its document has it. */
export interface Check {
  /** Of the rule: stable, several findings may share it. */
  id: string
  status: CheckStatus
  /** Relative to the repository; null where it is about no file. */
  file: string | null
  /** From 1. */
  line: number | null
  message: string
  /** What to do; null where nothing is to be done. */
  fix: string | null
  /** A unified diff that does it, for `git apply`; null where a person has to decide something first. */
  patch: string | null
}

/** What a trap found, before its patch is made. */
export interface Finding {
  status: Exclude<CheckStatus, 'pass'>
  file: string
  line: number
  message: string
  fix: string
  /** Changes to `file` that mend it. */
  edits?: readonly LineEdit[]
}

/** One rule of the adoption linter. */
export interface Trap {
  id: string
  /** Said where it looked at something and found nothing. */
  passes: string
  /** Null where the repository has nothing that this rule is about. */
  look: (survey: AdoptionSurvey) => Finding[] | null
}

/** A service with what it is for, and whether `towpath.yaml` ships it. */
export interface AdoptedService {
  written: WrittenService
  role: ServiceRole
  /** Its name in `towpath.yaml`; null where that file has no word of it, or is not there. */
  shippedAs: string | null
}

/** What the traps look at. */
export interface AdoptionSurvey extends Survey {
  services: AdoptedService[]
  /** Today, for what ends at a date. */
  now: Date
  config: DeclaredConfig | null
}

/** What `towpath.yaml` already answers. */
export interface DeclaredConfig {
  services: ReadonlyMap<string, DeclaredService>
  ceiling: { count: number; line: number } | null
}

export interface DeclaredService {
  /** Its key in the compose file. */
  compose: string
  image: string
  job: boolean
  migrates: boolean
  connections: number | null
  single: boolean
  /** Of its name in `towpath.yaml`. */
  line: number
}
