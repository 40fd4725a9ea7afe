import type { LanguageEcosystem } from '../../inventory/component.ts'
import type { FindingKind } from '../finding.ts'
import type { Scored } from '../severity.ts'

/** Programs of others that judge what an inventory holds. Each is run only where somebody asks for it. */
export const engineNames = ['trivy', 'grype', 'osv-scanner', 'cargo-audit'] as const
export type EngineName = (typeof engineNames)[number]

/** A program by its bytes: whatever lies at the path, only these are run. */
export interface PinnedEngine {
  engine: EngineName
  path: string
  /** 64 hex digits. */
  sha256: string
}

/** One flaw of one package, as an engine tells it. */
export interface EngineFinding extends Scored {
  /** Names of the flaw, the one that the engine calls it by first. */
  ids: readonly [string, ...string[]]
  package: string
  version: string
  /** Registry that the package is of, where the engine says one that is known here. */
  registry: LanguageEcosystem | null
  kind: FindingKind
  /** Versions that mend it, one for each line of releases, in no order; empty where none is known. */
  fixes: readonly string[]
  /** File it was found in, as the engine was given it; null where it does not say. */
  file: string | null
  summary: string
}

export type EngineReading = { ok: true; findings: readonly EngineFinding[] } | { ok: false; problem: string }

/** What came of running one engine. What failed is unknown, and never nothing found. */
export type EngineReport = Pick<PinnedEngine, 'engine' | 'sha256'> & EngineReading

/** Most findings that are taken from one engine. */
export const ENGINE_FINDINGS_MAX = 50_000
