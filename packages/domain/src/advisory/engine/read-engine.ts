import { z } from 'zod'
import { printable } from '../../config/printable.ts'
import { issueIn } from '../../evidence/issue-in.ts'
import { readCargoAudit } from './format/cargo-audit.ts'
import { readGrype } from './format/grype.ts'
import { readOsvScanner } from './format/osv-scanner.ts'
import { readTrivy } from './format/trivy.ts'
import { ENGINE_FINDINGS_MAX } from './engine.ts'
import type { EngineFinding, EngineName, EngineReading } from './engine.ts'

/** Turns one report into findings, or into why it is no whole one. Throws ZodError where it is not as the engine writes it. */
export type EngineFormat = (document: unknown) => EngineFinding[] | string

const PROBLEM_LENGTH_MAX = 300

const formats: Record<EngineName, EngineFormat> = {
  trivy: readTrivy,
  grype: readGrype,
  'osv-scanner': readOsvScanner,
  'cargo-audit': readCargoAudit,
}

/** Reads the JSON of an engine. Never throws: what is not understood is a problem, and never nothing found. */
export function readEngine(engine: EngineName, text: string): EngineReading {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return { ok: false, problem: text.trim() === '' ? 'it printed no report' : 'what it printed is no JSON' }
  }
  try {
    const findings = formats[engine](document)
    if (typeof findings === 'string') return { ok: false, problem: findings }
    return findings.length > ENGINE_FINDINGS_MAX
      ? { ok: false, problem: `it told of more than ${ENGINE_FINDINGS_MAX} findings` }
      : { ok: true, findings }
  } catch (thrown) {
    if (!(thrown instanceof z.ZodError)) throw thrown
    const issue = printable(issueIn(thrown)).slice(0, PROBLEM_LENGTH_MAX)
    return { ok: false, problem: `its report is not as ${engine} writes it: ${issue}` }
  }
}
