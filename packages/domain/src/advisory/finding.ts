import type { Presence, Requirement } from '../inventory/component.ts'
import type { AdvisoryKind } from './advisory.ts'
import type { Severity } from './severity.ts'

/** Kinds that no advisory tells of: what a registry took back, and a program that its own image cannot run. */
export const otherKinds = ['wrong-architecture', 'yanked'] as const

/** What a finding tells of. */
export type FindingKind = AdvisoryKind | (typeof otherKinds)[number]

/** One thing known of one component that is locked. The fields up to `path` are what scripts read; they stay. */
export interface Finding {
  id: string
  aliases: readonly string[]
  package: string
  version: string
  kind: FindingKind
  severity: Severity
  /** CVSS base score, 0 to 10; null where there is none. */
  score: number | null
  /** First version behind this one that is not affected; null where there is none, or none is known. */
  fixed: string | null
  presence: Presence
  /** Shortest way to it, the project first. */
  path: readonly string[]
  ecosystem: string
  file: string
  line: number | null
  summary: string
  /** How the bump is done, or who stands in its way; null where there is no fixed version. */
  bump: Bump | null
  /** Known to be exploited (CISA KEV); null where no such list is loaded. */
  isExploited: boolean | null
  /** Probability of exploitation within 30 days (EPSS), 0 to 1; null where none is loaded or given. */
  exploitProbability: number | null
  /** The waiver, or the entry of the baseline, that lets it pass; null where it counts. */
  waiver: FindingWaiver | null
  /** Names that others who saw it give it as well, which no waiver and no baseline goes by; absent where there are none. */
  alsoKnownAs?: readonly string[]
  /** Who saw it, `towpath` for its own matcher; absent where no engine of others was asked. */
  seenBy?: readonly string[]
}

export interface FindingWaiver {
  owner: string
  reason: string
  /** RFC 3339 date, the last day on which it holds. */
  expires: string
  status: string
  /** Where it is the baseline that lets it pass; absent where it is a waiver. */
  by?: 'baseline'
}

export interface Bump {
  /** Changes the lockfile and nothing else; null where somebody asks for an older version. */
  command: string | null
  blockedBy: readonly Requirement[]
}
